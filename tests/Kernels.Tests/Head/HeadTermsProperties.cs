using MolEngine.Kernels.Ops;
using MolEngine.Support;

namespace MolEngine.Kernels.Tests.Head;

/// <summary>What holds of a token's losses whatever the two distributions are.</summary>
public sealed class HeadTermsProperties : IDisposable
{
    private const int Target = 17, Vocabulary = 80;

    private static readonly LossForms[] AllForms =
    [
        LossForms.None, LossForms.WithoutTarget, LossForms.EntropyGate, LossForms.ProbabilityGate,
        LossForms.WithoutTarget | LossForms.ProbabilityGate,
    ];

    private readonly Ops.Ops _ops = TestBackend.Scalar.Create();

    [Property]
    public void TheGradientOverTheVocabulary_SumsToZero(int seed)
    {
        foreach ((HeadInputs inputs, _) in Cases(seed))
        {
            double[] dz = Gradient(HeadRun.Of(_ops, inputs, weightGradient: true));
            Assert.InRange(Math.Abs(dz.Sum()), 0, (1e-5 * dz.Sum(Math.Abs)) + 1e-12);
        }
    }

    [Property]
    public void Divergences_AreNeverNegative(int seed)
    {
        foreach ((HeadInputs inputs, _) in Cases(seed))
        {
            HeadRun got = HeadRun.Of(_ops, inputs);
            Assert.True(got.Kl[0] >= 0 && got.ForwardKl[0] >= 0 && got.HeldKl[0] >= 0);
            Assert.InRange(got.GatedCe[0], 0, got.Ce[0] * (1 + 1e-12));
        }
    }

    /// <summary>Data processing: classes never tell two distributions better apart than their elements do.</summary>
    [Property]
    public void AGapToTheWholeVocabulary_IsNeverNegative_AndIsWhatIsMissing(int seed)
    {
        HeadInputs inputs = Case(new Random(seed), 0.5f, 0.5f);
        HeadRun got = HeadRun.Of(_ops, inputs, gaps: true), all = HeadRun.Of(_ops, inputs with { TopN = Vocabulary });
        Assert.True(got.ReverseGap[0] >= 0 && got.ForwardGap[0] >= 0);
        Compare.AssertAbsolute("reverse", got.Kl[0] + got.ReverseGap[0], all.Kl[0], (1e-4 * all.Kl[0]) + 1e-12);
        Compare.AssertAbsolute(
            "forward", got.ForwardKl[0] + got.ForwardGap[0], all.ForwardKl[0], (1e-4 * all.ForwardKl[0]) + 1e-12);
    }

    [Property]
    public void AStudentThatIsTheBase_IsHeldAtNoCost(int seed)
    {
        foreach ((HeadInputs inputs, _) in Cases(seed))
        {
            HeadRun got = HeadRun.Of(
                _ops, (inputs with { X = inputs.X0 }).WithWeights(0, 1), weightGradient: true);
            Assert.InRange(got.HeldKl[0], 0, 1e-12);

            // X = (1, 0): column 0 has dL/dz.
            Assert.InRange(
                Enumerable.Range(0, Vocabulary).Sum(v => Math.Abs((double)got.DWeight[2 * v])), 0, 1e-6);
        }
    }

    /// <summary>
    /// With every token one by one: a list that is all of the vocabulary is the same from both sides.
    /// </summary>
    [Property]
    public void ForwardIsReverse_WithTheModelsSwapped(int seed)
    {
        foreach ((HeadInputs inputs, LossForms form) in Cases(seed))
        {
            HeadInputs there = (inputs with { TopN = Vocabulary }).WithForm(form, 0);
            HeadInputs back = (there with { X = there.X0, X0 = there.X }).WithForm(form, 1);
            HeadRun reverse = HeadRun.Of(_ops, there), forward = HeadRun.Of(_ops, back);
            Compare.AssertRelative("held", forward.HeldKl[0], reverse.HeldKl[0], 1e-9);
            Compare.AssertRelative("plain", forward.ForwardKl[0], reverse.Kl[0], 1e-9);
        }
    }

    [Property]
    public void WithoutTheTarget_ItsLogitHasNoGradient(int seed)
    {
        foreach (float share in (float[])[0, 0.5f, 1])
        {
            HeadInputs inputs = Case(new Random(seed), 0, 1).WithForm(LossForms.WithoutTarget, share);
            Assert.Equal(0, Gradient(HeadRun.Of(_ops, inputs, weightGradient: true))[Target]);
        }
    }

    public void Dispose() => _ops.Dispose();

    private static IEnumerable<(HeadInputs Inputs, LossForms Form)> Cases(int seed)
    {
        var random = new Random(seed);
        foreach (LossForms form in AllForms)
        {
            float share = random.Next(3) * 0.5f;
            HeadInputs inputs = Case(random, (float)random.NextDouble(), (float)random.NextDouble());
            yield return (inputs.WithForm(form, share), form);
        }
    }

    private static HeadInputs Case(Random random, float ce, float kl)
    {
        double distance = Math.Pow(10, -random.Next(6));
        float[] z0 = HeadInputs.Normal(random, Vocabulary, 1 + random.Next(6));
        float[] z = [.. z0.Zip(HeadInputs.Normal(random, Vocabulary, distance), (a, b) => a + b)];
        return HeadInputs.OfLogits(z0, z, 2 + random.Next(60), Target, ce, kl);
    }

    private static double[] Gradient(HeadRun got) =>
        [.. Enumerable.Range(0, Vocabulary).Select(v => (double)got.DWeight[(2 * v) + 1])];
}
