using System.Text;

namespace MolEngine.Engine.Tokenization;

/// <summary>
/// The four normalisation forms (UAX #15) on UTF-8. NFC, the one of the large vocabularies, has a path of its own that
/// looks at normalised text once (<see cref="Nfc"/>); the others go over a text that is not ASCII as a whole.
/// </summary>
public static class UnicodeForms
{
    public static string Normalize(string text, UnicodeForm form) =>
        Encoding.UTF8.GetString(NormalizeUtf8(Encoding.UTF8.GetBytes(text), form));

    /// <summary>The normalised form of well-formed UTF-8; the very span that came in where it is ASCII.</summary>
    internal static ReadOnlySpan<byte> NormalizeUtf8(ReadOnlySpan<byte> text, UnicodeForm form)
    {
        if (form == UnicodeForm.Nfc)
            return Nfc.NormalizeUtf8(text);
        int first = text.IndexOfAnyExceptInRange((byte)0, (byte)0x7F);
        if (first < 0)
            return text;
        // The last ASCII character may compose with what follows.
        int start = Math.Max(first - 1, 0);
        var segment = new NfcSegment(text.Length, form);
        segment.Append(text[..start]);
        segment.AppendNormalized(text[start..]);
        return segment.Written;
    }
}
