namespace MolEngine.Engine.Tokenization;

/// <summary>One splitting pre-tokenizer: cuts a piece of UTF-8 into pieces that cover it. Immutable.</summary>
internal abstract class SplitStage
{
    /// <summary>
    /// Appends to <paramref name="ends"/> the end of each piece of <paramref name="text"/>, counted from <paramref
    /// name="offset"/> at its start; the last is offset + text.Length. Nothing outside text is seen.
    /// </summary>
    public abstract void Split(ReadOnlySpan<byte> text, int offset, List<int> ends);
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
