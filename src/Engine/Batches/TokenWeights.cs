using MolEngine.Kernels.Ops;

namespace MolEngine.Engine.Batches;

/// <summary>Weights and forms of the two losses for every effective token of a row.</summary>
public readonly record struct TokenWeights(double CrossEntropy, double KlDivergence)
{
    /// <summary>Share of KL(base || student) in the KL, from 0 to 1.</summary>
    public double ForwardShare { get; init; }

    public LossForms Form { get; init; }

    /// <summary>Whether they are plain: a cross-entropy without a gate, and KL(student || base) over all
    /// classes.</summary>
    public bool ArePlain => Form == LossForms.None && ForwardShare == 0;

    /// <summary>Whether the base model's distribution is needed.</summary>
    public bool NeedsBase => KlDivergence > 0 || (Form & (LossForms.EntropyGate | LossForms.WithoutTarget)) != 0;

    /// <summary>The losses as they count, from the means of a row or of more.</summary>
    public double Of(double gatedCe, double heldKl) => (CrossEntropy * gatedCe) + (KlDivergence * heldKl);
}
