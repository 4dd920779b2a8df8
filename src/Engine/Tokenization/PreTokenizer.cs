namespace MolEngine.Engine.Tokenization;

/// <summary>The pre-tokenizers of a tokenizer.json in their order.</summary>
/// <param name="byteLevel">Whether the last is ByteLevel: the model then sees bytes, else characters.</param>
internal sealed class PreTokenizer(IReadOnlyList<PreTokenizerStage> stages, bool byteLevel)
{
    private readonly PreTokenizerStage[] _stages = [.. stages];

    public bool ByteLevel { get; } = byteLevel;

    /// <summary>
    /// Leaves the ends of the pieces in <see cref="EncodeScratch.Ends"/>; returns the text that they cut, which is the
    /// one given unless a stage changes it.
    /// </summary>
    /// <param name="atStart">Whether the text is the beginning of what is encoded.</param>
    public ReadOnlySpan<byte> Run(ReadOnlySpan<byte> text, bool atStart, EncodeScratch scratch)
    {
        scratch.SwapEnds();
        scratch.Ends.Add(text.Length);
        foreach (PreTokenizerStage stage in _stages)
            text = stage.Run(text, atStart, scratch);
        return text;
    }
}
