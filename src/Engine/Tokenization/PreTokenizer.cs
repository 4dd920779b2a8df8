using System.Runtime.InteropServices;

namespace MolEngine.Engine.Tokenization;

/// <summary>
/// The splits in their order, then ByteLevel: a space put in front of each piece (add_prefix_space), GPT-2's pattern
/// (use_regex).
/// </summary>
internal sealed class PreTokenizer(IReadOnlyList<SplitStage> stages, bool addPrefixSpace, bool useRegex)
{
    private readonly SplitStage[] _stages = [.. stages];
    private readonly Gpt2Stage? _last = useRegex ? new Gpt2Stage() : null;

    /// <summary>
    /// Leaves the ends of the pieces in <see cref="EncodeScratch.Ends"/>; returns the text that they cut, which is the
    /// one given unless spaces came in.
    /// </summary>
    public ReadOnlySpan<byte> Run(ReadOnlySpan<byte> text, EncodeScratch scratch)
    {
        scratch.SwapEnds();
        scratch.Ends.Add(text.Length);
        foreach (SplitStage stage in _stages)
            Split(stage, text, scratch);
        if (addPrefixSpace)
            text = PrefixSpaces(text, CollectionsMarshal.AsSpan(scratch.Ends));
        if (_last is not null)
            Split(_last, text, scratch);
        return text;
    }

    private static void Split(SplitStage stage, ReadOnlySpan<byte> text, EncodeScratch scratch)
    {
        scratch.SwapEnds();
        int start = 0;
        foreach (int end in scratch.EarlierEnds)
        {
            stage.Split(text[start..end], start, scratch.Ends);
            start = end;
        }
    }

    /// <summary>The text with a space before each piece that does not start with one; moves the ends along.</summary>
    private static byte[] PrefixSpaces(ReadOnlySpan<byte> text, Span<int> ends)
    {
        var spaced = new byte[text.Length + ends.Length];
        int start = 0, written = 0;
        foreach (ref int end in ends)
        {
            ReadOnlySpan<byte> piece = text[start..end];
            start = end;
            if (!piece.IsEmpty && piece[0] != ' ')
                spaced[written++] = (byte)' ';
            piece.CopyTo(spaced.AsSpan(written));
            end = written += piece.Length;
        }

        return spaced[..written];
    }
}
