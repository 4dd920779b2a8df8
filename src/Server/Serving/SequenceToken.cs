using MolEngine.Engine.Generation;

namespace MolEngine.Server.Serving;

/// <summary>A token of an answer.</summary>
/// <param name="Text">What it adds to the text, as far as that can be shown.</param>
/// <param name="IsStop">Whether it is an id that ends the text, which is no text.</param>
/// <param name="LogProb">See <see cref="GeneratedToken"/>, as for <paramref name="Top"/>.</param>
/// <param name="Divergence">See <see cref="GeneratedToken.Divergence"/>.</param>
public sealed record SequenceToken(
    int Id, string Text, bool IsStop, double? LogProb, IReadOnlyList<TokenLogProb> Top, double? Divergence);
