using MolEngine.Support;

namespace MolEngine.Kernels.Tests.Head;

/// <summary>A divergence that only weights in fp32 can hold: those of a backend that rounds none to bf16.</summary>
public abstract class FineDivergenceTests(TestBackend backend)
{
    [Fact]
    public void Kl_IsAccurate_WhereLogRatiosAre1e6()
    {
        // n = V: no tail, so nothing is summed in fp32; logits differ by a few steps of 2^-20.
        var random = new Random(1);
        float[] z0 = [.. Enumerable.Range(0, 60).Select(_ => (float)(random.NextDouble() - 0.5))];
        float[] z = [.. z0.Select(x => x + random.Next(-2, 3) * 9.5367432e-7f)];
        HeadInputs inputs = HeadInputs.OfLogits(z0, z, 60, 3, 0, 1);
        using Ops.Ops ops = HeadBackend.Create(backend);
        HeadRun got = HeadRun.Of(ops, inputs);
        var truth = new HeadTruth(inputs, 0);
        Assert.InRange(truth.Kl, 1e-13, 1e-11);
        Compare.AssertRelative("KL", got.Kl[0], truth.Kl, 1e-8);
        HeadTolerances.HiddenGradient(got.DHidden, truth.HiddenGradient(), 2);
    }
}

public sealed class ScalarFineDivergenceTests() : FineDivergenceTests(TestBackend.Scalar);

public sealed class Vector256FineDivergenceTests() : FineDivergenceTests(TestBackend.Vector256);

public sealed class Vector512FineDivergenceTests() : FineDivergenceTests(TestBackend.Vector512);

public sealed class VirtualFineDivergenceTests() : FineDivergenceTests(TestBackend.VirtualF32);
