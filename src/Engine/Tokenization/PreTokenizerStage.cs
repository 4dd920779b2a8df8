namespace MolEngine.Engine.Tokenization;

/// <summary>One pre-tokenizer: cuts pieces of a text further, and may change the text. Immutable.</summary>
internal abstract class PreTokenizerStage
{
    /// <summary>
    /// Cuts the pieces that <see cref="EncodeScratch.Ends"/> holds, and leaves the ends of the new ones there; returns
    /// the text that they cut, which is the one given unless the stage changes it.
    /// </summary>
    /// <param name="atStart">Whether the text is the beginning of what is encoded.</param>
    public abstract ReadOnlySpan<byte> Run(ReadOnlySpan<byte> text, bool atStart, EncodeScratch scratch);
}
