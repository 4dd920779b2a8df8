namespace MolEngine.Engine.Losses;

/// <summary>A KL divergence between two models, in nats.</summary>
/// <param name="Full">Over the whole vocabulary.</param>
/// <param name="Coarse">
/// With the base's top n one by one and everything else as one class: what the Mixture of Losses trains with.
/// </param>
/// <param name="Gap">
/// What the coarse one does not see, changes among the rest: full less coarse, and never negative (by the data
/// processing inequality). It is summed by itself, so that it is exact where it is small beside the two.
/// </param>
public readonly record struct Divergence(double Full, double Coarse, double Gap)
{
    public static Divergence operator +(Divergence a, Divergence b) =>
        new(a.Full + b.Full, a.Coarse + b.Coarse, a.Gap + b.Gap);
}
