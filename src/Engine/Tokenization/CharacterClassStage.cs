using System.Globalization;

namespace MolEngine.Engine.Tokenization;

/// <summary>
/// A Split by single characters: Punctuation, WhitespaceSplit, CharDelimiterSplit; each character that matches is a
/// match by itself.
/// </summary>
internal sealed class CharacterClassStage(Func<int, bool> matches, SplitBehavior behavior) : SplitStage
{
    protected override bool Removes => behavior == SplitBehavior.Removed;

    /// <summary>Punctuation as the library counts it: the category P, and all of ASCII's.</summary>
    public static bool IsPunctuation(int codePoint) => codePoint < 0x80
        ? char.IsAscii((char)codePoint) && (char.IsPunctuation((char)codePoint) || char.IsSymbol((char)codePoint))
        : CharUnicodeInfo.GetUnicodeCategory(codePoint) is UnicodeCategory.ConnectorPunctuation
            or UnicodeCategory.DashPunctuation or UnicodeCategory.OpenPunctuation or UnicodeCategory.ClosePunctuation
            or UnicodeCategory.InitialQuotePunctuation or UnicodeCategory.FinalQuotePunctuation
            or UnicodeCategory.OtherPunctuation;

    public override void Split(ReadOnlySpan<byte> text, int offset, List<int> ends)
    {
        var pieces = new PieceMerger(behavior, ends);
        int from = 0;
        for (int at = 0; at < text.Length;)
        {
            int start = at;
            bool match = matches(Utf8.Decode(text, at, out int length));
            at += length;
            if (!match)
                continue;
            if (start > from)
                pieces.Add(offset + start, match: false);
            pieces.Add(offset + at, match: true);
            from = at;
        }

        if (text.Length > from)
            pieces.Add(offset + text.Length, match: false);
        pieces.Finish();
    }
}

/// <summary>Whitespace: runs of \w and runs of neither \w nor \s; white space vanishes.</summary>
internal sealed class WhitespaceStage : SplitStage
{
    protected override bool Removes => true;

    public override void Split(ReadOnlySpan<byte> text, int offset, List<int> ends)
    {
        int last = -1, at = 0;
        while (at < text.Length)
        {
            int c = Utf8.Decode(text, at, out int length);
            int kind = CharClasses.IsWord(c) ? 1 : CharClasses.IsWhiteSpace(c) ? 0 : 2;
            if (at > 0 && kind != last)
                ends.Add(Mark(last, offset + at));
            last = kind;
            at += length;
        }

        if (at > 0)
            ends.Add(Mark(last, offset + at));

        static int Mark(int kind, int end) => kind == 0 ? Remove(end) : end;
    }
}
