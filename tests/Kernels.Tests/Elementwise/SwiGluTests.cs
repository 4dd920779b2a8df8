using MolEngine.Kernels.Tensors;
using MolEngine.Support;

namespace MolEngine.Kernels.Tests.Elementwise;

public abstract class SwiGluTests(TestBackend backend) : BackendSuite(backend)
{
    private const double Tolerance = 2e-7;

    public static TheoryData<int> Sizes => [1, 15, 17, 63, 576, 20001];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Forward_equals_float64(int count)
    {
        float[] gate = Bench.Held(Normal(1, count, 3)), up = Bench.Held(Normal(2, count));
        Tensor y = EmptyActivation("y", 1, count);
        Backend.SwiGlu(Activation("gate", gate, 1, count), Activation("up", up, 1, count), y);
        AssertActivation("y", y, [.. gate.Zip(up, (g, u) => g * Sigmoid(g) * u)]);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Backward_equals_float64(int count)
    {
        float[] gate = Bench.Held(Normal(3, count, 3)), up = Bench.Held(Normal(4, count)),
            dy = Bench.Held(Normal(5, count));
        Tensor dGate = EmptyActivation("dGate", count, 1), dUp = EmptyActivation("dUp", count, 1),
            y = EmptyActivation("y", count, 1), forward = EmptyActivation("forward", count, 1);
        Backend.SwiGluBackward(
            Activation("dy", dy, count, 1), Activation("gate", gate, count, 1), Activation("up", up, count, 1), dGate,
            dUp, y);
        var truthGate = new double[count];
        var truthUp = new double[count];
        for (int i = 0; i < count; i++)
        {
            // The slope of silu by central differences in float64, so that no formula is copied.
            truthGate[i] = dy[i] * (double)up[i] * (Silu(gate[i] + 1e-5) - Silu(gate[i] - 1e-5)) / 2e-5;
            truthUp[i] = dy[i] * Silu(gate[i]);
        }

        AssertActivation("dGate", dGate, truthGate);
        AssertActivation("dUp", dUp, truthUp);

        // Approximate instructions that are off may be so in other elements.
        Backend.SwiGlu(Activation("gate", gate, count, 1), Activation("up", up, count, 1), forward);
        Compare.AssertRelativeL2("y", Values(y), Widen(Values(forward)), Within(1e-12, 1e-3));
    }

    [Fact]
    public void Each_element_keeps_its_accuracy_far_from_zero()
    {
        float[] gate = Bench.Held(
            [-200, -89, -87, -80, -40, -20, -5, -1e-3f, 0, 1e-3f, 5, 20, 40, 80, 87, 89, 200]);
        float[] ones = [.. gate.Select(_ => 1f)];
        int n = gate.Length;
        Tensor y = EmptyActivation("y", n), dGate = EmptyActivation("dGate", n), dUp = EmptyActivation("dUp", n),
            g = Activation("gate", gate, n), u = Activation("up", ones, n);
        Backend.SwiGlu(g, u, y);
        Backend.SwiGluBackward(u, g, u, dGate, dUp, EmptyActivation("again", n));
        float[] silu = Values(y), ofUp = Values(dUp), ofGate = Values(dGate);

        // bf16: half a step, and the approximate exponential's error, which grows with the gate.
        double one = Within(2e-7, 1.01 / 256), slopes = Within(5e-7, 1.01 / 256);
        for (int i = 0; i < n; i++)
        {
            double s = Sigmoid(gate[i]), slope = s * (1 + gate[i] * Sigmoid(-gate[i]));
            Compare.AssertAbsolute($"silu({gate[i]})", silu[i], gate[i] * s, one * Math.Abs(gate[i] * s) + 1e-36);
            Compare.AssertAbsolute($"dUp({gate[i]})", ofUp[i], gate[i] * s, one * Math.Abs(gate[i] * s) + 1e-36);
            Compare.AssertAbsolute($"slope({gate[i]})", ofGate[i], slope, slopes * Math.Abs(slope) + 1e-36);
        }
    }

    [Fact]
    public void In_place_gives_the_same_bits()
    {
        const int n = 100;
        float[] gate = Normal(6, n), up = Normal(7, n), dy = Normal(8, n);
        Tensor y = EmptyActivation("y", n), dGate = EmptyActivation("dGate", n), dUp = EmptyActivation("dUp", n);
        Tensor G() => Activation("gate", gate, n);
        Tensor U() => Activation("up", up, n);
        Tensor D() => Activation("dy", dy, n);
        Backend.SwiGlu(G(), U(), y);
        Tensor again = EmptyActivation("again", n);
        Backend.SwiGluBackward(D(), G(), U(), dGate, dUp, again);
        AssertSameBits(Values(y), Values(again));

        Tensor g = G(), u = U(), d = D();
        Backend.SwiGlu(g, u, g);
        AssertSameBits(Values(y), Values(g));
        g = G();
        Backend.SwiGlu(g, u, u);
        AssertSameBits(Values(y), Values(u));

        u = U();
        Backend.SwiGluBackward(d, g, u, g, u, d);
        AssertSameBits(Values(dGate), Values(g));
        AssertSameBits(Values(dUp), Values(u));
        AssertSameBits(Values(y), Values(d));

        (g, u, d) = (G(), U(), D());
        Backend.SwiGluBackward(d, g, u, d, g, u);
        AssertSameBits(Values(dGate), Values(d));
        AssertSameBits(Values(dUp), Values(g));
        AssertSameBits(Values(y), Values(u));
    }

    /// <summary>
    /// Slices begin where they are not aligned: 7001 is odd. They take another path, which errs alike unless perturbed:
    /// then all are whole blocks.
    /// </summary>
    [Fact]
    public void Splits_and_variants_change_nothing()
    {
        const int tokens = 5;
        int width = IsPerturbed ? 4096 : 7001;
        float[] gate = Normal(9, tokens * width), up = Normal(10, tokens * width), dy = Normal(11, tokens * width);
        Tensor whole = EmptyActivation("whole", tokens, width), dGate = EmptyActivation("dGate", tokens, width),
            dUp = EmptyActivation("dUp", tokens, width), again = EmptyActivation("again", tokens, width);
        Tensor g = Activation("gate", gate, tokens, width), u = Activation("up", up, tokens, width);
        Backend.SwiGlu(g, u, whole);
        Backend.SwiGluBackward(Activation("dy", dy, tokens, width), g, u, dGate, dUp, again);
        using Bench other = Variant(5);
        Tensor g5 = other.MakeActivation("gate", gate, tokens, width),
            u5 = other.MakeActivation("up", up, tokens, width), d5 = other.MakeActivation("dy", dy, tokens, width),
            split = other.EmptyActivation("split", tokens, width);
        for (int t = 0; t < tokens; t++)
        {
            other.Backend.SwiGlu(g5.Slice(t, 1), u5.Slice(t, 1), split.Slice(t, 1));
            other.Backend.SwiGluBackward(
                d5.Slice(t, 1), g5.Slice(t, 1), u5.Slice(t, 1), g5.Slice(t, 1), u5.Slice(t, 1), d5.Slice(t, 1));
        }

        AssertSameBits(Values(whole), other.Values(split));
        AssertSameBits(Values(dGate), other.Values(g5));
        AssertSameBits(Values(dUp), other.Values(u5));
        AssertSameBits(Values(again), other.Values(d5));
    }

    /// <summary>As far off as approximate instructions may be, results stay within the same tolerance.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Approximations_may_be_off(ulong seed)
    {
        const int count = 4096;
        using Bench off = Variant(0, seed);
        float[] gate = Bench.Held(Normal(12, count, 3)), up = Bench.Held(Normal(13, count));
        Tensor y = off.EmptyActivation("y", count);
        off.Backend.SwiGlu(off.MakeActivation("gate", gate, count), off.MakeActivation("up", up, count), y);
        ActivationCompare.Assert(
            "y", off.Values(y), [.. gate.Zip(up, (g, u) => g * Sigmoid(g) * u)], Tolerance, IsBf16);
    }

    [Fact]
    public void Misuse_is_named()
    {
        Tensor g = EmptyActivation("gate", 8), y = EmptyActivation("y", 8), short7 = EmptyActivation("up", 7),
            wide = EmptyActivation("wide", 9);
        Assert.Contains("expected 8 elements, got 7", Refusal(() => Backend.SwiGlu(g, short7, y)));
        Assert.Contains(
            $"expected {Backend.ActivationType}, got I32",
            Refusal(() => Backend.SwiGlu(Make("gate", DType.I32, new int[8], 8), y, y)));
        Assert.Contains("overlap", Refusal(() => Backend.SwiGlu(wide.Slice(0, 8), g, wide.Slice(1, 8))));
        Assert.Contains("overlap", Refusal(() => Backend.SwiGluBackward(g, g, g, y, y, g)));
        Assert.Contains("overlap", Refusal(() => Backend.SwiGluBackward(g, g, g, y, g, y)));
        Assert.Contains("expected 8 elements, got 7", Refusal(() => Backend.SwiGluBackward(short7, g, g, y, g, g)));
    }

    private void AssertActivation(string what, Tensor got, double[] truth) =>
        ActivationCompare.Assert(what, Values(got), truth, Tolerance, IsBf16);

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double Silu(double x) => x * Sigmoid(x);
}

public sealed class ScalarSwiGluTests() : SwiGluTests(TestBackend.Scalar);

public sealed class Vector256SwiGluTests() : SwiGluTests(TestBackend.Vector256);

public sealed class Vector512SwiGluTests() : SwiGluTests(TestBackend.Vector512);

public sealed class VirtualF32SwiGluTests() : SwiGluTests(TestBackend.VirtualF32);

public sealed class VirtualBf16SwiGluTests() : SwiGluTests(TestBackend.VirtualBf16);

public sealed class PerturbedBf16SwiGluTests() : SwiGluTests(TestBackend.PerturbedBf16);
