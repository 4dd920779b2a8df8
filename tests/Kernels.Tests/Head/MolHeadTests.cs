using MolEngine.Support;

namespace MolEngine.Kernels.Tests.Head;

/// <summary>The head against float64 over vocabularies and top n of every shape.</summary>
public abstract partial class MolHeadTests(TestBackend backend) : IDisposable
{
    private readonly Ops.Ops _ops = HeadBackend.Create(backend);

    public void Dispose()
    {
        _ops.Dispose();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(1, 1, false)]
    [InlineData(2, 1, false)]
    [InlineData(2, 2, true)]
    [InlineData(5, 5, false)]
    [InlineData(31, 31, false)]
    [InlineData(127, 127, false)]
    [InlineData(128, 127, true)]
    [InlineData(1187, 1, true)]
    [InlineData(1187, 5, false)]
    [InlineData(1187, 127, false)]
    [InlineData(2048, 31, true)]
    [InlineData(2049, 31, false)]
    [InlineData(4099, 5, true)]
    [InlineData(4099, 31, false)]
    [InlineData(4099, 127, false)]
    public void MolHead_AgreesWithFloat64(int vocabulary, int topN, bool bf16)
    {
        HeadInputs inputs = Held(HeadInputs.Random(vocabulary + topN, vocabulary, 19, topN, [0, 5, 5, 11], bf16));
        HeadRun got = HeadRun.Of(_ops, inputs, weightGradient: true);
        AssertBase(inputs, got);
        AssertStudent(inputs, got);
        AssertGradients(inputs, got);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1187)]
    [InlineData(4099)]
    public void WithoutABase_CrossEntropyAlone_AgreesWithFloat64(int vocabulary)
    {
        HeadInputs inputs = Held(HeadInputs.Random(vocabulary, vocabulary, 19, 0, [0, 9]));
        HeadRun got = HeadRun.Of(_ops, inputs, weightGradient: true);
        AssertStudent(inputs, got);
        AssertGradients(inputs, got);
        Assert.All(got.Kl, kl => Assert.Equal(0, kl));
        Assert.All(got.TailLogP, tail => Assert.Equal(0, tail));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    public void DHidden_EqualsFiniteDifferencesOfTheLoss(int topN)
    {
        const double Step = 1e-5;
        HeadInputs inputs = Held(HeadInputs.Random(4, 501, 12, topN, [0, 9]));
        HeadRun got = HeadRun.Of(_ops, inputs);
        var truth = new double[got.DHidden.Length];
        foreach (int t in Enumerable.Range(0, inputs.Tokens).Where(t => inputs.Targets[t] >= 0))
        {
            for (int h = 0; h < inputs.Hidden; h++)
            {
                double[] x = HeadTruth.Row(inputs.X, inputs.Hidden, t);
                x[h] += Step;
                double up = new HeadTruth(inputs, t, x).Loss;
                x[h] -= 2 * Step;
                truth[t * inputs.Hidden + h] = (up - new HeadTruth(inputs, t, x).Loss) / (2 * Step);
            }
        }

        Compare.AssertRelativeL2("dX", got.DHidden, truth, Within(1e-5, 3e-3));
    }

    [Fact]
    public void Figures_AreTheSameWithAndWithoutGradients()
    {
        HeadInputs inputs = Held(HeadInputs.Random(8, 2500, 16, 31, [0, 9]));
        HeadRun with = HeadRun.Of(_ops, inputs), without = HeadRun.Of(_ops, inputs, gradients: false);
        Assert.Equal(with.Ce, without.Ce);
        Assert.Equal(with.Kl, without.Kl);
        Assert.Equal(with.Lse, without.Lse);
        Assert.Equal(with.TailLogP, without.TailLogP);
        Assert.All(without.DHidden, d => Assert.Equal(HeadRun.Before, d));
    }

    private static void AssertBase(HeadInputs inputs, HeadRun got)
    {
        int n = inputs.TopN;
        foreach (int t in Predicting(inputs))
        {
            var truth = new HeadTruth(inputs, t);
            Assert.Equal(truth.TopIds, got.TopIds[(t * n)..((t + 1) * n)]);
            for (int k = 0; k < n; k++)
                Compare.AssertAbsolute($"token {t}, logit {k}", got.TopLogits[t * n + k], truth.TopLogits[k], 1e-5);
            Compare.AssertAbsolute($"token {t}, base lse", got.BaseLse[t], truth.BaseLse, 3e-6);
            AssertMass($"token {t}, base tail", got.BaseTail[t] - got.BaseLse[t], truth.BaseTail - truth.BaseLse, 1e-5);
        }
    }

    private static void AssertStudent(HeadInputs inputs, HeadRun got)
    {
        foreach (int t in Predicting(inputs))
        {
            var truth = new HeadTruth(inputs, t);
            Compare.AssertAbsolute($"token {t}, lse", got.Lse[t], truth.Lse, 3e-6);
            HeadTolerances.Ce($"token {t}, CE", got.Ce[t], truth.Ce, truth.Largest);
            if (inputs.TopN == 0)
                continue;
            HeadTolerances.Kl($"token {t}, KL", got.Kl[t], truth.Kl);
            AssertMass($"token {t}, tail", got.TailLogP[t], truth.TailLogP, 1e-5);
        }
    }

    private void AssertGradients(HeadInputs inputs, HeadRun got)
    {
        if (inputs.Vocabulary == 1)
        {
            Assert.All(got.DHidden, d => Assert.Equal(0, d));
            Assert.All(got.DWeight, d => Assert.Equal(0, d));
            return;
        }

        (double[] dx, double[] dw) = TrueGradients(inputs);
        HeadTolerances.HiddenGradient(got.DHidden, dx, inputs.Hidden, backend.IsBf16);
        Compare.AssertRelativeL2("dW", got.DWeight, dw, Within(1e-5, 3e-3));
    }

    private static (double[] DHidden, double[] DWeight) TrueGradients(HeadInputs inputs)
    {
        var dx = new double[inputs.X.Length];
        var dw = new double[inputs.Weight.Length];
        int hidden = inputs.Hidden;
        foreach (int t in Predicting(inputs))
        {
            var truth = new HeadTruth(inputs, t);
            truth.HiddenGradient().CopyTo(dx, t * hidden);
            double[] dz = truth.LogitGradient();
            for (int i = 0; i < dw.Length; i++)
                dw[i] += dz[i / hidden] * inputs.X[t * hidden + i % hidden];
        }

        return (dx, dw);
    }

    /// <summary>Two logs of masses: equal, or both of nothing.</summary>
    private static void AssertMass(string what, double got, double truth, double tolerance)
    {
        if (!(double.IsNegativeInfinity(got) && double.IsNegativeInfinity(truth)))
            Compare.AssertAbsolute(what, got, truth, tolerance);
    }

    private HeadInputs Held(HeadInputs inputs) => inputs.HeldAs(backend.ProductType);

    /// <summary>With bf16 activations P and the gradient of the logits are bf16 too: 2^-9 each.</summary>
    private double Within(double f32, double bf16) => backend.IsBf16 ? bf16 : f32;

    private static IEnumerable<int> Predicting(HeadInputs inputs) =>
        Enumerable.Range(0, inputs.Tokens).Where(t => inputs.Targets[t] >= 0);
}

public sealed class CpuBf16MolHeadTests() : MolHeadTests(TestBackend.CpuBf16);

public sealed class ScalarMolHeadTests() : MolHeadTests(TestBackend.Scalar);

public sealed class Vector256MolHeadTests() : MolHeadTests(TestBackend.Vector256);

public sealed class Vector512MolHeadTests() : MolHeadTests(TestBackend.Vector512);

public sealed class VirtualF32MolHeadTests() : MolHeadTests(TestBackend.VirtualF32);

public sealed class TruncatingBf16MolHeadTests() : MolHeadTests(TestBackend.TruncatingBf16);
