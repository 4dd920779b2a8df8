namespace MolEngine.Oracle.Tests;

/// <summary>The oracle with a bf16 program's roundings.</summary>
public sealed class Bf16RoundingTests
{
    private static readonly OracleLossSettings Settings = new(0.3, 5);

    public static TheoryData<string> Models => [.. TinyModels.Names];

    [Theory]
    [InlineData(1.0, 1.0)]
    [InlineData(1 + 1 / 256.0, 1.0)]
    [InlineData(1 + 1.001 / 256, 1 + 1 / 128.0)]
    [InlineData(1 + 3 / 256.0, 1 + 1 / 64.0)]
    [InlineData(1.999, 2.0)]
    [InlineData(-3.141592653589793, -3.140625)]
    [InlineData(0.0, 0.0)]
    [InlineData(1e-30, 9.98402083170343e-31)]
    public void Rounds_to_eight_bits_ties_to_even(double x, double expected) =>
        Assert.Equal(expected, new Bf16Rounding().Round(x));

    [Fact]
    public void Every_draw_errs_by_no_more_than_half_of_its_last_bit_and_otherwise_than_the_others()
    {
        var random = new Random(5);
        double[] values = [.. Enumerable.Range(0, 1000).Select(_ => 8 * random.NextDouble() - 4)];
        double[][] errors =
            [.. Bf16Rounding.Draws(8).Select(r => values.Select(x => (r.Round(x) - x) / Math.Abs(x)).ToArray())];
        foreach (double[] e in errors)
        {
            Assert.InRange(e.Max(Math.Abs), 1.0 / 300, 1.0 / 256);
            // Even over the interval: a deviation of 1 / sqrt(12) of a bit of relative size 1/128 to 1/256.
            Assert.InRange(Math.Sqrt(e.Average(x => x * x)), 0.29 / 256, 0.29 / 128);
        }

        for (int i = 0; i < errors.Length; i++)
        {
            for (int j = 0; j < i; j++)
                Assert.InRange(Correlation(errors[i], errors[j]), -0.2, 0.2);
        }
    }

    /// <summary>Every place that rounds is on the path, forward and backward, and changes nothing else.</summary>
    [Theory]
    [MemberData(nameof(Models))]
    public void With_52_bits_is_the_plain_oracle(string name)
    {
        foreach (OracleTask task in Tasks(name))
        {
            OracleRun plain = task.Run(), rounded = task.Run(new Bf16Rounding(1, 52));
            Truth.AssertScalar("loss", plain.Loss.Loss, rounded.Loss.Loss, 1e-12);
            double worst = GradientErrors.Of(rounded.Loss.Gradients, plain.Loss.Gradients).Worst;
            Assert.InRange(worst, double.Epsilon, 1e-12);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Each_bit_more_halves_the_errors(string name)
    {
        foreach (OracleTask task in Tasks(name))
        {
            OracleRun truth = task.Run();
            double Median(int bits)
            {
                IEnumerable<OracleRun> runs = Enumerable.Range(0, 8).Select(
                    i => task.Run(new Bf16Rounding(1 + i / 8.0, bits)));
                return runs.Average(r => GradientErrors.Of(r.Loss.Gradients, truth.Loss.Gradients).Median);
            }

            // A tensor's gradient passes some ten roundings a layer, each of a relative size of a third of 2^-8.
            double error = Median(Bf16Rounding.Bits);
            Assert.InRange(error, Math.Pow(2, -Bf16Rounding.Bits) / 3, 10 * Math.Pow(2, -Bf16Rounding.Bits));
            Assert.InRange(error / Median(Bf16Rounding.Bits + 4), 0.6 * 16, 1.6 * 16);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Bounds_are_a_multiple_of_the_errors(string name)
    {
        foreach (OracleTask task in Tasks(name))
        {
            OracleRun truth = task.Run(), run = task.Run(new Bf16Rounding());
            Bf16Bounds bounds = Bf16Bounds.Of(task, truth);
            GradientErrors errors = GradientErrors.Of(run.Loss.Gradients, truth.Loss.Gradients);
            Assert.InRange(bounds.Gradients.Median / errors.Median, Bf16Bounds.Factor, 10 * Bf16Bounds.Factor);
            Assert.InRange(bounds.Gradients.Worst / errors.Worst, Bf16Bounds.Factor, 10 * Bf16Bounds.Factor);
            Assert.InRange(Math.Abs(run.Loss.Loss - truth.Loss.Loss), 0, bounds.Loss);
            Assert.InRange(bounds.Loss, 1e-4, 0.1 * truth.Loss.Loss);
            Assert.Equal(task.Lora is not null, bounds.Logit > 1e-3);
        }
    }

    private static IEnumerable<OracleTask> Tasks(string name)
    {
        OracleModel model = TinyModels.Make(name);
        OracleBatch batch = TinyModels.Batch(model.Config);
        yield return OracleTask.CrossEntropy(model, batch);
        OracleLora lora = TinyModels.Adapter(model.Config);
        yield return new OracleTask(model, batch, TinyModels.General, Settings, lora);
        yield return new OracleTask(
            model, batch, TinyModels.General, Settings, lora, token => [0, 1 + token % 3, 7, 9, 11]);
    }

    private static double Correlation(double[] a, double[] b) =>
        a.Zip(b, (x, y) => x * y).Sum() / Math.Sqrt(a.Sum(x => x * x) * b.Sum(x => x * x));
}
