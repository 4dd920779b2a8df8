namespace MolEngine.Oracle;

/// <summary>
/// How far from the truth of a task rounding may take an honest bf16 program. The bounds come of the task itself: the
/// oracle computes it with a bf16 program's roundings, in several draws. A program that rounds in the same places is
/// one draw more of the same errors.
/// </summary>
/// <param name="Loss">Of the loss, absolute.</param>
/// <param name="Gradients">Of the gradients.</param>
/// <param name="Logit">Of any logit of the base, absolute; 0 where there is no base.</param>
public sealed record Bf16Bounds(double Loss, GradientErrors Gradients, double Logit)
{
    /// <summary>
    /// How much more than the largest error over the draws a program may have: the design allows as much over PyTorch's
    /// worst. Where a few tokens have most of the gradient, their luck is the case's, and a draw more may well be the
    /// largest; a bit less of rounding doubles every error.
    /// </summary>
    public const double Factor = 1.5;

    /// <summary>
    /// The loss errs by chance in either direction, about normally: a few cases of a billion lie beyond six deviations.
    /// </summary>
    private const double Deviations = 6;

    /// <summary>Errors of many tokens differ little from draw to draw: a large batch needs fewer draws.</summary>
    private const int Tokens = 1500, FewestDraws = 3, MostDraws = 8;

    /// <param name="truth">The task without rounding.</param>
    public static Bf16Bounds Of(OracleTask task, OracleRun truth)
    {
        int draws = Math.Clamp(Tokens / Math.Max(1, task.Batch.Tokens), FewestDraws, MostDraws);
        double whole = 0, parts = 0, logit = 0;
        var errors = new GradientErrors(0, 0);
        foreach (Bf16Rounding rounding in Bf16Rounding.Draws(draws))
        {
            OracleRun run = task.Run(rounding);
            errors = errors.OrMore(GradientErrors.Of(run.Loss.Gradients, truth.Loss.Gradients));
            whole += Math.Pow(run.Loss.Loss - truth.Loss.Loss, 2) / draws;
            parts += run.Loss.Tokens.Zip(truth.Loss.Tokens, (a, b) => (a - b) * (a - b)).Sum() / draws;
            if (run.ReferenceLogits is { } logits)
                logit = Math.Max(logit, logits.Zip(truth.ReferenceLogits!, (a, b) => Math.Abs(a - b)).Max());
        }

        // The error of a sum of so many tokens, by two ways: as the draws have it, which are few, and from the tokens'
        // own errors, which are many but taken for independent.
        double deviation = Math.Sqrt(Math.Max(whole, parts));
        return new Bf16Bounds(Deviations * deviation, errors.Times(Factor), logit);
    }
}
