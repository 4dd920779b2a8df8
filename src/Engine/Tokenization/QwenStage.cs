namespace MolEngine.Engine.Tokenization;

/// <summary>The pattern of Qwen (numbers one by one) and Llama 3 (numbers in groups of up to three), by hand.</summary>
internal sealed class QwenStage(int longestNumber) : ScannerStage
{
    public const string QwenPattern = Head + @"\p{N}" + Tail;
    public const string Llama3Pattern = Head + @"\p{N}{1,3}" + Tail;

    private const string Head = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|";
    private const string Tail = @"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    protected override int Next(ReadOnlySpan<byte> text, int at)
    {
        if (text[at] == '\'' && Contraction(text, at) is int contraction and > 0)
            return at + contraction;
        CharClass first = CharClasses.At(text, at, out int length);
        int second = at + length;
        if (first == CharClass.Letter)
            return CharClasses.SkipRun(text, second, CharClass.Letter);
        if (first == CharClass.Number)
            return Number(text, second);
        if (first != CharClass.Newline && second < text.Length)
        {
            CharClass next = CharClasses.At(text, second, out int nextLength);
            if (next == CharClass.Letter)
                return CharClasses.SkipRun(text, second + nextLength, CharClass.Letter);
            if (text[at] == ' ' && next == CharClass.Other)
                return Symbols(text, second + nextLength);
        }

        return first == CharClass.Other ? Symbols(text, second) : Blank(text, at);
    }

    private int Number(ReadOnlySpan<byte> text, int end)
    {
        for (int i = 1; i < longestNumber && end < text.Length; i++)
        {
            if (CharClasses.At(text, end, out int length) != CharClass.Number)
                break;
            end += length;
        }

        return end;
    }

    private static int Symbols(ReadOnlySpan<byte> text, int at) =>
        CharClasses.SkipRun(text, CharClasses.SkipRun(text, at, CharClass.Other), CharClass.Newline);

    /// <summary>
    /// "\s*[\r\n]+" takes white space up to its last line end; without a line end, the two last alternatives.
    /// </summary>
    private static int Blank(ReadOnlySpan<byte> text, int at)
    {
        int end = at, lineEnd = -1;
        while (end < text.Length)
        {
            CharClass c = CharClasses.At(text, end, out int length);
            if (c is not (CharClass.Space or CharClass.Newline))
                break;
            end += length;
            if (c == CharClass.Newline)
                lineEnd = end;
        }

        return lineEnd >= 0 ? lineEnd : WhiteSpace(text, at, end);
    }

    /// <summary>
    /// The length in bytes of 's 't 're 've 'm 'll 'd at an apostrophe, in any case (U+017F, the long s, folds to s); 0
    /// where there is none.
    /// </summary>
    private static int Contraction(ReadOnlySpan<byte> text, int at)
    {
        ReadOnlySpan<byte> rest = text[(at + 1)..];
        if (rest.IsEmpty)
            return 0;
        int second = rest.Length > 1 ? rest[1] | 0x20 : 0;
        return (rest[0] | 0x20) switch
        {
            's' or 't' or 'm' or 'd' when rest[0] < 0x80 => 2,
            'r' or 'v' when second == 'e' => 3,
            'l' when second == 'l' => 3,
            _ => rest[0] == 0xC5 && rest[1] == 0xBF ? 3 : 0,
        };
    }
}
