namespace MolEngine.Oracle;

/// <summary>
/// Factors on the learning rate, by transformers' definitions (get_cosine_schedule_with_warmup, get_linear_...,
/// get_constant_...). The update with index 0 has the factor 0 where there is a warm-up; its length is ceil(total x
/// ratio).
/// </summary>
public static class OracleSchedule
{
    /// <param name="step">Index of the update, from 0.</param>
    public static double Cosine(int step, int total, double warmupRatio)
    {
        int warmup = Warmup(total, warmupRatio);
        return step < warmup
            ? Rise(step, warmup)
            : Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * Progress(step, total, warmup))));
    }

    public static double Linear(int step, int total, double warmupRatio)
    {
        int warmup = Warmup(total, warmupRatio);
        return step < warmup ? Rise(step, warmup) : Math.Max(0, 1 - Progress(step, total, warmup));
    }

    public static double Constant(int step, int total, double warmupRatio)
    {
        int warmup = Warmup(total, warmupRatio);
        return step < warmup ? Rise(step, warmup) : 1;
    }

    private static int Warmup(int total, double ratio) => (int)Math.Ceiling(total * ratio);

    private static double Rise(int step, int warmup) => (double)step / Math.Max(1, warmup);

    private static double Progress(int step, int total, int warmup) =>
        (double)(step - warmup) / Math.Max(1, total - warmup);
}
