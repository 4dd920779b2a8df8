using MolEngine.Kernels.Ops;

namespace MolEngine.Trainer.Benchmarks;

/// <summary>All ops of a training step: one layer, the head, the optimizer.</summary>
internal static class StepOps
{
    private static readonly Func<BenchInputs, IEnumerable<BenchCase>>[] Groups =
        [ResidualOps.Of, LinearOps.Of, AttentionOps.Of, MlpOps.Of, HeadOps.Of, OptimizerOps.Of];

    /// <summary>
    /// Each is to be run before the next is asked for: the first runs make what later ones read, and the memory of a
    /// group is freed when the next one begins.
    /// </summary>
    /// <param name="tokens">Tokens of a micro-batch of one row, one document.</param>
    public static IEnumerable<BenchCase> Of(Ops ops, BenchModel model, int tokens)
    {
        foreach (Func<BenchInputs, IEnumerable<BenchCase>> group in Groups)
        {
            using var inputs = new BenchInputs(ops, model, tokens);
            foreach (BenchCase one in group(inputs))
                yield return one;
        }
    }
}
