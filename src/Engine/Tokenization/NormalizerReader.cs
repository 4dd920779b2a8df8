namespace MolEngine.Engine.Tokenization;

internal static class NormalizerReader
{
    /// <summary>
    /// Whether a normalizer amounts to NFC: NFC, or a Sequence that holds it; an empty Sequence does nothing.
    /// </summary>
    public static bool IsNfc(JsonView normalizer)
    {
        JsonView type = normalizer.Required("type");
        switch (type.String())
        {
            case "NFC":
                normalizer.AllowOnly("type");
                return true;
            case "Sequence":
                normalizer.AllowOnly("type", "normalizers");
                bool nfc = false;
                foreach (JsonView item in normalizer.Required("normalizers").Items())
                    nfc |= IsNfc(item);
                return nfc;
            default:
                throw type.Error("this normalizer is not supported", "NFC or a Sequence of it", type.Describe());
        }
    }
}
