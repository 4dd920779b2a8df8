using MolEngine.Engine.Losses;

namespace MolEngine.Data.Records;

/// <summary>What a corpus says of its loss; what is null is the run's.</summary>
/// <param name="Alpha">Where the kind is given and this is not, what that kind has by default.</param>
public sealed record CorpusLoss(LossKind? Kind, double? Alpha, KlDirection? Direction)
{
    public static CorpusLoss None { get; } = new(null, null, null);
}
