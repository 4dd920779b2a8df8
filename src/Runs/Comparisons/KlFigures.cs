using MolEngine.Basics.Numerics;

namespace MolEngine.Runs.Comparisons;

/// <summary>KL divergence in one direction, in nats a token.</summary>
/// <param name="Full">Over the whole vocabulary; the interval is over documents.</param>
/// <param name="Coarse">With the base's top tokens one by one and all else as one class.</param>
/// <param name="Gap">Full less coarse: what moved among the rest; never negative.</param>
public sealed record KlFigures(Interval Full, double Coarse, double Gap);
