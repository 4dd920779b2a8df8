using MolEngine.Yaml;

namespace MolEngine.Data.Settings;

/// <summary>How many rows a run sees, and in what proportion and order.</summary>
/// <param name="Ratio">General rows of an epoch over domain rows.</param>
/// <param name="Epochs">Null where <paramref name="Steps"/> is given; exactly one of them is.</param>
/// <param name="GlobalBatch">Rows of an optimizer step; null for the usual number, fewer in a short run.</param>
/// <param name="Seed">Seed of the shuffles.</param>
public sealed record OrderSettings(double Ratio, double? Epochs, long? Steps, int? GlobalBatch, ulong Seed)
{
    /// <summary>Rows of a step where a config does not say, in a run that has rows enough.</summary>
    public const int UsualBatch = 128;

    /// <summary>Steps that a run has at least, where a smaller batch than the usual one gives them.</summary>
    public const int FewSteps = 10;

    /// <summary>Rows of a step, at most.</summary>
    public int LargestBatch => GlobalBatch ?? UsualBatch;

    /// <summary>
    /// Rows of a step of a run of <paramref name="rows"/>: the number that is asked for, else the usual one, where that
    /// makes <see cref="FewSteps"/> steps.
    /// </summary>
    public int BatchOf(double rows) => GlobalBatch ?? (int)Math.Clamp(rows / FewSteps, 1, UsualBatch);

    /// <summary>Reads <see cref="OrderKeys"/>, of which only one of epochs and steps may be given.</summary>
    /// <param name="source">What errors call the config.</param>
    public static OrderSettings Build(ConfigValues v, string source, ulong seed)
    {
        if (v.Has(OrderKeys.Epochs) && v.Has(OrderKeys.Steps))
            v.Wrong(OrderKeys.Steps, source, 0, "expected either epochs or steps, got both. Remove one of them");
        long? steps = v.TakeIfGiven(OrderKeys.Steps);
        return new OrderSettings(
            v.Take(OrderKeys.Ratio), steps is null ? v.Take(OrderKeys.Epochs) : null, steps,
            v.TakeIfGiven(OrderKeys.GlobalBatch), seed);
    }
}
