namespace MolEngine.Engine.Tokenization;

/// <summary>
/// GPT-2's printable alphabet of bytes, in which vocabularies are spelled: the printable characters of Latin-1 stand
/// for themselves, the other 68 bytes follow from U+0100 in ascending order.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] Chars = BuildChars();
    private static readonly short[] Bytes = BuildBytes();

    public static char ToChar(byte value) => Chars[value];

    /// <summary>The byte that a character stands for; -1 where it stands for none.</summary>
    public static int ToByte(char c) => c < Bytes.Length ? Bytes[c] : -1;

    /// <summary>
    /// The bytes that a token's spelling stands for; null where some character is not of the alphabet.
    /// </summary>
    public static byte[]? ToBytes(string spelling)
    {
        var bytes = new byte[spelling.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            int b = ToByte(spelling[i]);
            if (b < 0)
                return null;
            bytes[i] = (byte)b;
        }

        return bytes;
    }

    private static char[] BuildChars()
    {
        var chars = new char[256];
        int next = 256;
        for (int b = 0; b < 256; b++)
            chars[b] = b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE ? (char)b : (char)next++;
        return chars;
    }

    private static short[] BuildBytes()
    {
        var bytes = new short[324];
        Array.Fill(bytes, (short)-1);
        for (int b = 0; b < 256; b++)
            bytes[Chars[b]] = (short)b;
        return bytes;
    }
}
