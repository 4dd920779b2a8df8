namespace MolEngine.Engine.Adapters;

/// <summary>Settings of a low-rank adapter.</summary>
/// <param name="Rank">Rows of A, columns of B.</param>
/// <param name="Alpha">Numerator of <see cref="Scale"/>.</param>
/// <param name="UseRslora">Divide by sqrt(rank) instead of rank.</param>
/// <param name="Dropout">Probability that an input feature of the adapter is dropped in training: [0, 1).</param>
/// <param name="TargetModules">Last parts of module names, such as <c>q_proj</c>, or whole paths.</param>
public sealed record LoraConfig(
    int Rank, double Alpha, bool UseRslora, double Dropout, IReadOnlyList<string> TargetModules)
{
    /// <summary>All seven projections of a layer.</summary>
    public static IReadOnlyList<string> AllProjections { get; } =
        ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];

    /// <summary>Rank 64, alpha 2 r, no dropout, all seven projections.</summary>
    public static LoraConfig Default { get; } = new(64, 128, false, 0, AllProjections);

    /// <summary>alpha / r, or alpha / sqrt(r): what B A is multiplied by.</summary>
    public double Scale => Alpha / (UseRslora ? Math.Sqrt(Rank) : Rank);

    /// <summary>PEFT's rule: a module is a target if its path is one, or ends in a dot and one.</summary>
    public bool Targets(string module) =>
        TargetModules.Any(t => module == t || module.EndsWith("." + t, StringComparison.Ordinal));
}
