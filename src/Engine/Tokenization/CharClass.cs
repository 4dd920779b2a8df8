using System.Globalization;

namespace MolEngine.Engine.Tokenization;

/// <summary>What the splitting patterns tell apart: \p{L}, \p{N}, [\r\n], the rest of \s, everything else.</summary>
internal enum CharClass : byte
{
    Other,
    Letter,
    Number,
    Space,
    Newline,
}

/// <summary>
/// The class of every code point, in two stages of 256 (.NET's general categories; \s is Unicode's White_Space, as in
/// Oniguruma and Rust).
/// </summary>
internal static class CharClasses
{
    private const int BlockBits = 8;
    private const int BlockSize = 1 << BlockBits;
    private static readonly ushort[] BlockOf = new ushort[0x110000 >> BlockBits];
    private static readonly byte[] Classes = Build();

    public static CharClass Of(int codePoint) =>
        (CharClass)Classes[(BlockOf[codePoint >> BlockBits] << BlockBits) | (codePoint & (BlockSize - 1))];

    /// <summary>
    /// The class of the code point at <paramref name="at"/> in well-formed UTF-8, and its length in bytes.
    /// </summary>
    public static CharClass At(ReadOnlySpan<byte> text, int at, out int length)
    {
        byte b = text[at];
        if (b < 0x80)
        {
            // Block 0 comes first in the table.
            length = 1;
            return (CharClass)Classes[b];
        }

        return Of(Utf8.Decode(text, at, out length));
    }

    /// <summary>The end of the run of <paramref name="wanted"/> that starts at <paramref name="at"/>.</summary>
    public static int SkipRun(ReadOnlySpan<byte> text, int at, CharClass wanted)
    {
        while (at < text.Length && At(text, at, out int length) == wanted)
            at += length;
        return at;
    }

    /// <summary>\s of Rust and Oniguruma: the property White_Space.</summary>
    public static bool IsWhiteSpace(int codePoint) => Of(codePoint) is CharClass.Space or CharClass.Newline;

    /// <summary>
    /// \w of Rust's regex crate: Alphabetic, marks, decimal digits, connectors, join controls. Alphabetic beyond
    /// letters and letter numbers is marks and the circled and squared Latin letters.
    /// </summary>
    public static bool IsWord(int codePoint) => CharUnicodeInfo.GetUnicodeCategory(codePoint) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber
            or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
            or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.ConnectorPunctuation => true,
        _ => codePoint is 0x200C or 0x200D or (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149)
            or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189),
    };

    private static CharClass Classify(int codePoint) => CharUnicodeInfo.GetUnicodeCategory(codePoint) switch
    {
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => CharClass.Letter,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber
            or UnicodeCategory.OtherNumber => CharClass.Number,
        UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator => CharClass.Space,
        _ => codePoint switch
        {
            '\n' or '\r' => CharClass.Newline,
            '\t' or '\v' or '\f' or 0x85 => CharClass.Space,
            _ => CharClass.Other,
        },
    };

    private static byte[] Build()
    {
        List<byte> classes = [];
        Dictionary<string, ushort> known = [];
        var block = new char[BlockSize];
        for (int b = 0; b < BlockOf.Length; b++)
        {
            for (int i = 0; i < BlockSize; i++)
                block[i] = (char)Classify((b << BlockBits) | i);
            var key = new string(block);
            if (!known.TryGetValue(key, out ushort index))
            {
                known[key] = index = (ushort)known.Count;
                foreach (char c in block)
                    classes.Add((byte)c);
            }

            BlockOf[b] = index;
        }

        return [.. classes];
    }
}
