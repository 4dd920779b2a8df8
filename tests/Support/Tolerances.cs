namespace MolEngine.Support;

/// <summary>
/// Allowed errors of an fp32 path against the float64 references: small multiples of what PyTorch, transformers and
/// PEFT reach in fp32 on the same cases (forward 5e-7, losses 1e-7, gradients 1e-6 to 3e-6, trajectories 2e-7 in loss
/// and 3e-5 in parameters).
/// </summary>
public static class Tolerances
{
    /// <summary>Hidden states and logits, relative L2, also at far positions.</summary>
    public const double Hidden = 3e-6;

    /// <summary>Losses of batches and rows, relative.</summary>
    public const double Loss = 1e-6;

    /// <summary>Gradients, relative L2 per tensor.</summary>
    public const double Gradient = 2e-5;

    /// <summary>Norm of the whole gradient, relative; also at every step of a trajectory.</summary>
    public const double GradientNorm = 2e-6;

    /// <summary>Loss of every step of a 20-step trajectory, relative.</summary>
    public const double TrajectoryLoss = 5e-6;

    /// <summary>Parameters after a trajectory, relative L2 per tensor.</summary>
    public const double FinalParameters = 1e-4;

    /// <summary>A KL divergence, absolute: rounding of the log-probabilities enters as its square root.</summary>
    public static double Kl(double kl) => 3e-6 * Math.Sqrt(Math.Max(kl, 0)) + 1e-5 * Math.Abs(kl) + 1e-11;
}
