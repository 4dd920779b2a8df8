namespace MolEngine.Engine.Tokenization;

/// <summary>One splitting pre-tokenizer: cuts a piece of UTF-8 into pieces that cover it. Immutable.</summary>
internal abstract class SplitStage : PreTokenizerStage
{
    /// <summary>Whether pieces may be marked as removed.</summary>
    protected virtual bool Removes => false;

    /// <summary>
    /// Appends to <paramref name="ends"/> the end of each piece of <paramref name="text"/>, counted from <paramref
    /// name="offset"/> at its start; the last is offset + text.Length. The end of a piece that is to vanish is marked
    /// by <see cref="Remove"/>. Nothing outside text is seen.
    /// </summary>
    public abstract void Split(ReadOnlySpan<byte> text, int offset, List<int> ends);

    public sealed override ReadOnlySpan<byte> Run(ReadOnlySpan<byte> text, bool atStart, EncodeScratch scratch)
    {
        scratch.SwapEnds();
        int start = 0;
        foreach (int end in scratch.EarlierEnds)
        {
            Split(text[start..end], start, scratch.Ends);
            start = end;
        }

        return Removes ? Compact(text, scratch.Ends) : text;
    }

    /// <summary>The mark of a piece that vanishes, by its end.</summary>
    public static int Remove(int end) => ~end;

    public static bool IsRemoved(int mark) => mark < 0;

    /// <summary>The end of a piece, marked or not.</summary>
    public static int EndOf(int mark) => mark < 0 ? ~mark : mark;

    /// <summary>The text without the removed pieces, and the ends in it.</summary>
    private static ReadOnlySpan<byte> Compact(ReadOnlySpan<byte> text, List<int> ends)
    {
        if (!ends.Exists(IsRemoved))
            return text;
        var kept = new byte[text.Length];
        int start = 0, written = 0, pieces = 0;
        for (int i = 0; i < ends.Count; i++)
        {
            int mark = ends[i];
            ReadOnlySpan<byte> piece = text[start..EndOf(mark)];
            start = EndOf(mark);
            if (IsRemoved(mark))
                continue;
            piece.CopyTo(kept.AsSpan(written));
            ends[pieces++] = written += piece.Length;
        }

        ends.RemoveRange(pieces, ends.Count - pieces);
        return kept.AsSpan(0, written);
    }
}

/// <summary>A stage that finds each piece from where it starts.</summary>
internal abstract class ScannerStage : SplitStage
{
    public sealed override void Split(ReadOnlySpan<byte> text, int offset, List<int> ends)
    {
        for (int at = 0; at < text.Length;)
        {
            at = Next(text, at);
            ends.Add(offset + at);
        }
    }

    /// <summary>The end of the piece that starts at <paramref name="at"/>, before the end of text.</summary>
    protected abstract int Next(ReadOnlySpan<byte> text, int at);

    /// <summary>
    /// The end of white space from <paramref name="at"/> as "\s+(?!\S)|\s+" has it: without its last character where
    /// something follows, unless it is the only one.
    /// </summary>
    protected static int WhiteSpace(ReadOnlySpan<byte> text, int at, int runEnd)
    {
        if (runEnd == text.Length)
            return runEnd;
        int last = Utf8.Previous(text, runEnd);
        return last > at ? last : runEnd;
    }
}
