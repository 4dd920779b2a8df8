namespace MolEngine.Engine.Tokenization;

/// <summary>GPT-2's pattern, the one of ByteLevel with use_regex, by hand.</summary>
internal sealed class Gpt2Stage : ScannerStage
{
    public const string Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    protected override int Next(ReadOnlySpan<byte> text, int at)
    {
        if (text[at] == '\'' && Contraction(text, at) is int contraction and > 0)
            return at + contraction;
        CharClass first = CharClasses.At(text, at, out int length);
        if (text[at] == ' ' && at + 1 < text.Length)
        {
            CharClass second = CharClasses.At(text, at + 1, out int secondLength);
            if (second is CharClass.Letter or CharClass.Number or CharClass.Other)
                return CharClasses.SkipRun(text, at + 1 + secondLength, second);
        }

        if (first is CharClass.Letter or CharClass.Number or CharClass.Other)
            return CharClasses.SkipRun(text, at + length, first);
        int end = at + length;
        while (end < text.Length && CharClasses.At(text, end, out length) is CharClass.Space or CharClass.Newline)
            end += length;
        return WhiteSpace(text, at, end);
    }

    /// <summary>
    /// The length of 's 't 're 've 'm 'll 'd at an apostrophe, in this case only; 0 where there is none.
    /// </summary>
    private static int Contraction(ReadOnlySpan<byte> text, int at)
    {
        ReadOnlySpan<byte> rest = text[(at + 1)..];
        if (rest.IsEmpty)
            return 0;
        return rest[0] switch
        {
            (byte)'s' or (byte)'t' or (byte)'m' or (byte)'d' => 2,
            (byte)'r' or (byte)'v' when rest.Length > 1 && rest[1] == 'e' => 3,
            (byte)'l' when rest.Length > 1 && rest[1] == 'l' => 3,
            _ => 0,
        };
    }
}
