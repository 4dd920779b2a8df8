using MolEngine.Basics.Values;
using MolEngine.Engine.Chat;

namespace MolEngine.Evaluation.Tasks;

/// <summary>The examples before a question.</summary>
/// <param name="Count">How many; <c>--shots</c> wins.</param>
public sealed record FewShotSettings(int Count)
{
    public ShotPick Pick { get; init; }

    public ShotSource Source { get; init; }

    public int Seed { get; init; }

    /// <summary>The examples that the task file has itself; null: <see cref="Source"/> has them.</summary>
    public IReadOnlyList<MapValue>? Records { get; init; }

    /// <summary>Behind each example.</summary>
    public string Separator { get; init; } = "\n\n";

    /// <summary>Whether examples are turns of their own in a dialogue; else they stand in the user's turn.</summary>
    public bool AsTurns { get; init; }

    /// <summary>How an example asks; null: as the task does.</summary>
    public FieldTemplate? Prompt { get; init; }

    /// <summary>How an example answers; null: as the task does.</summary>
    public FieldTemplate? Answer { get; init; }
}
