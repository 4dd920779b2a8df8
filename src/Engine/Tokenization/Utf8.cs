namespace MolEngine.Engine.Tokenization;

/// <summary>
/// Code points of well-formed UTF-8. Everything inside the tokenizer is well-formed, so nothing is checked here.
/// </summary>
internal static class Utf8
{
    public static int Decode(ReadOnlySpan<byte> text, int at, out int length)
    {
        int b = text[at];
        if (b < 0x80)
        {
            length = 1;
            return b;
        }

        if (b < 0xE0)
        {
            length = 2;
            return ((b & 0x1F) << 6) | (text[at + 1] & 0x3F);
        }

        if (b < 0xF0)
        {
            length = 3;
            return ((b & 0x0F) << 12) | ((text[at + 1] & 0x3F) << 6) | (text[at + 2] & 0x3F);
        }

        length = 4;
        return ((b & 0x07) << 18) | ((text[at + 1] & 0x3F) << 12) | ((text[at + 2] & 0x3F) << 6)
            | (text[at + 3] & 0x3F);
    }

    /// <summary>The first byte of the code point that ends before <paramref name="end"/>; end must not be 0.</summary>
    public static int Previous(ReadOnlySpan<byte> text, int end)
    {
        int at = end - 1;
        while ((text[at] & 0xC0) == 0x80)
            at--;
        return at;
    }
}
