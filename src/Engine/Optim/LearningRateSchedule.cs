namespace MolEngine.Engine.Optim;

public enum ScheduleKind
{
    Cosine,
    Linear,
    Constant,
}

/// <summary>
/// transformers' schedules with warm-up (get_cosine_schedule_with_warmup and its kin): the factor rises linearly over
/// the warm-up steps, then falls to 0 at the end by half a cosine or a line, or stays.
/// </summary>
/// <param name="Peak">The learning rate after warm-up.</param>
/// <param name="TotalSteps">Updates of the whole run.</param>
/// <param name="WarmupSteps">Updates of warm-up.</param>
/// <param name="FromZero">
/// Whether warm-up starts at 0, as transformers has it, so that the first update changes nothing; else it starts a step
/// above, and the peak comes at the same update.
/// </param>
public sealed record LearningRateSchedule(
    ScheduleKind Kind, double Peak, int TotalSteps, int WarmupSteps, bool FromZero)
{
    /// <summary>The highest rate of an update: the peak, unless warm-up takes all steps.</summary>
    public double Highest => At(Math.Min(WarmupSteps, TotalSteps - 1));

    /// <summary>Warm-up as a share of all steps, rounded up as transformers does.</summary>
    public static int WarmupOf(double ratio, int totalSteps) => (int)Math.Ceiling(totalSteps * ratio);

    /// <summary>
    /// The rate of the update with 0-based index <paramref name="step"/>; behind the last, what transformers gives
    /// there.
    /// </summary>
    public double At(int step)
    {
        if (step < WarmupSteps)
            return FromZero ? Peak * step / WarmupSteps : Peak * (step + 1) / (WarmupSteps + 1);
        double progress = (double)(step - WarmupSteps) / Math.Max(1, TotalSteps - WarmupSteps);
        return Peak * Kind switch
        {
            ScheduleKind.Cosine => Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * progress))),
            ScheduleKind.Linear => Math.Max(0, (double)(TotalSteps - step) / Math.Max(1, TotalSteps - WarmupSteps)),
            _ => 1,
        };
    }
}
