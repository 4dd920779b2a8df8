using MolEngine.Engine.Batches;
using MolEngine.Engine.Losses;
using MolEngine.Kernels.Ops;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Training;

/// <summary>Losses as a run's plan tells them.</summary>
internal static class LossWords
{
    public static string Of(LossSettings loss)
    {
        string kind = LossKeys.Kind.Write(loss.Kind);
        if (loss.Kind == LossKind.Ce)
            return kind;
        string alpha = loss.Kind == LossKind.Kl ? "" : $", alpha {loss.Alpha}";
        return $"{kind}{alpha}, top {loss.TopN}{Direction(loss.Options.ForwardShare)}";
    }

    /// <summary>
    /// What the rows of a corpus with a loss of its own are trained with: "0.95 CE by the target's probability + 0.05
    /// KL".
    /// </summary>
    public static string Of(TokenWeights losses)
    {
        string gate = losses.Form.HasFlag(LossForms.EntropyGate) ? " by the base's entropy"
            : losses.Form.HasFlag(LossForms.ProbabilityGate) ? " by the target's probability"
            : "";
        string mask = losses.Form.HasFlag(LossForms.WithoutTarget) ? " without the target" : "";
        string[] terms =
        [
            .. losses.CrossEntropy > 0 ? [$"{losses.CrossEntropy:0.####} CE{gate}"] : Array.Empty<string>(),
            .. losses.KlDivergence > 0
                ? [$"{losses.KlDivergence:0.####} KL{mask}{Direction(losses.ForwardShare)}"]
                : Array.Empty<string>(),
        ];
        return string.Join(" + ", terms);
    }

    private static string Direction(double forwardShare) => forwardShare switch
    {
        0 => "",
        1 => ", forward",
        _ => $", {forwardShare:0.###} of it forward",
    };
}
