using MolEngine.Basics.Values;
using MolEngine.Data.Records;

namespace MolEngine.Evaluation.Tasks.Documents;

/// <summary>An item of a task, or an example, as templates see it.</summary>
/// <param name="Fields">What the record holds, the names that the task gives it, its options and its subset.</param>
/// <param name="Place">Where it is from, for people.</param>
public sealed record TaskDocument(MapValue Fields, string Place)
{
    /// <summary>The options; null where there are none.</summary>
    public Choices? Choices { get; init; }

    /// <summary>Place of the right option; null where there are none.</summary>
    public int? Right { get; init; }
}
