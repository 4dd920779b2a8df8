namespace MolEngine.Oracle;

/// <summary>Relative L2 errors of gradients, over all tensors: |got - truth| / |truth|.</summary>
public sealed record GradientErrors(double Median, double Worst)
{
    /// <summary>Of gradients by name; NaN counts as infinitely wrong.</summary>
    /// <exception cref="ArgumentException">The two do not hold the same tensors.</exception>
    public static GradientErrors Of(
        IReadOnlyDictionary<string, double[]> got, IReadOnlyDictionary<string, double[]> truth)
    {
        if (!got.Keys.Order().SequenceEqual(truth.Keys.Order()))
            throw new ArgumentException($"oracle: gradients of {got.Count} tensors against {truth.Count}");
        double[] errors = [.. truth.Select(t => RelativeL2(got[t.Key], t.Value)).Order()];
        return new GradientErrors(errors[errors.Length / 2], errors[^1]);
    }

    /// <summary>The larger of each.</summary>
    public GradientErrors OrMore(GradientErrors other) =>
        new(Math.Max(Median, other.Median), Math.Max(Worst, other.Worst));

    /// <summary>Both times a factor.</summary>
    public GradientErrors Times(double factor) => new(factor * Median, factor * Worst);

    private static double RelativeL2(double[] got, double[] truth)
    {
        if (got.Length != truth.Length)
            throw new ArgumentException($"oracle: {got.Length} values against {truth.Length}");
        double error = got.Zip(truth, (a, b) => (a - b) * (a - b)).Sum(), size = truth.Sum(x => x * x);
        if (double.IsNaN(error))
            return double.PositiveInfinity;
        return error == 0 ? 0 : Math.Sqrt(error / size);
    }
}
