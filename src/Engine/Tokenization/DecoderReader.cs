namespace MolEngine.Engine.Tokenization;

internal static class DecoderReader
{
    /// <summary>Accepts ByteLevel, or a Sequence of just it (twice would read bytes as an alphabet again).</summary>
    public static void Check(JsonView root)
    {
        JsonView decoder = root.Required("decoder");
        JsonView type = decoder.Required("type");
        if (type.String() == "Sequence")
        {
            decoder.AllowOnly("type", "decoders");
            JsonView[] decoders = [.. decoder.Required("decoders").Items()];
            if (decoders.Length != 1)
            {
                throw decoder.Error(
                    "this Sequence of decoders is not supported", "one ByteLevel", $"{decoders.Length} decoders");
            }

            decoder = decoders[0];
            type = decoder.Required("type");
        }

        if (type.String() != "ByteLevel")
            throw type.Error("this decoder is not supported", "ByteLevel", type.Describe());
        PreTokenizerReader.CheckByteLevel(decoder);
    }
}
