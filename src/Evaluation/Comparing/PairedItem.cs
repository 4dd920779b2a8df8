using MolEngine.Basics.Numerics;

namespace MolEngine.Evaluation.Comparing;

/// <summary>An item as both models answered it.</summary>
public readonly record struct PairedItem(ItemAnswer Before, ItemAnswer After)
{
    /// <summary>What it adds to the mean change of the score.</summary>
    public PairedChange Change => new(After.Score.Value - Before.Score.Value, Before.Score.Weight);

    public bool IsLost => Change.Sum < 0;

    public bool IsGained => Change.Sum > 0;

    /// <summary>
    /// How much less the right answer became: of choices its probability, else the score for each unit of weight.
    /// </summary>
    public double Drop => Before.Probabilities.Count > 0
        ? Before.Probabilities[Before.Right] - After.Probabilities[After.Right]
        : -Change.Sum / Change.Weight;
}
