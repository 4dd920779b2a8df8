using MolEngine.Engine.Batches;

namespace MolEngine.Trainer.Comparing;

/// <summary>Texts that models are compared on.</summary>
/// <param name="IsDomain">Whether they are what was to be learned.</param>
/// <param name="Documents">Each as rows that follow one another, with the tokens that count.</param>
internal sealed record TextSource(string Name, bool IsDomain, IReadOnlyList<IReadOnlyList<TokenRow>> Documents);
