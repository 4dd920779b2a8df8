using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Device;
using MolEngine.Support;

namespace MolEngine.Kernels.Tests.Elementwise;

public abstract class SwiGluTests(SimdLevel level) : OpSuite(level)
{
    private const double Tolerance = 2e-7;

    public static TheoryData<int> Sizes => [1, 15, 17, 63, 576, 20001];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Forward_equals_float64(int count)
    {
        float[] gate = Normal(1, count, 3), up = Normal(2, count);
        Tensor y = Empty("y", 1, count);
        Backend.SwiGlu(Make("gate", gate, 1, count), Make("up", up, 1, count), y);
        Compare.AssertRelativeL2("y", Values(y), [.. gate.Zip(up, (g, u) => g * Sigmoid(g) * u)], Tolerance);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Backward_equals_float64(int count)
    {
        float[] gate = Normal(3, count, 3), up = Normal(4, count), dy = Normal(5, count);
        Tensor dGate = Empty("dGate", count, 1), dUp = Empty("dUp", count, 1);
        Backend.SwiGluBackward(
            Make("dy", dy, count, 1), Make("gate", gate, count, 1), Make("up", up, count, 1), dGate, dUp);
        var truthGate = new double[count];
        var truthUp = new double[count];
        for (int i = 0; i < count; i++)
        {
            // The slope of silu by central differences in float64, so that no formula is copied.
            truthGate[i] = dy[i] * (double)up[i] * (Silu(gate[i] + 1e-5) - Silu(gate[i] - 1e-5)) / 2e-5;
            truthUp[i] = dy[i] * Silu(gate[i]);
        }

        Compare.AssertRelativeL2("dGate", Values(dGate), truthGate, Tolerance);
        Compare.AssertRelativeL2("dUp", Values(dUp), truthUp, Tolerance);
    }

    [Fact]
    public void Each_element_keeps_its_accuracy_far_from_zero()
    {
        float[] gate = [-200, -89, -87, -80, -40, -20, -5, -1e-3f, 0, 1e-3f, 5, 20, 40, 80, 87, 89, 200];
        float[] ones = [.. gate.Select(_ => 1f)];
        int n = gate.Length;
        Tensor y = Empty("y", n), dGate = Empty("dGate", n), dUp = Empty("dUp", n), g = Make("gate", gate, n),
            u = Make("up", ones, n);
        Backend.SwiGlu(g, u, y);
        Backend.SwiGluBackward(u, g, u, dGate, dUp);
        for (int i = 0; i < n; i++)
        {
            double s = Sigmoid(gate[i]), slope = s * (1 + gate[i] * Sigmoid(-gate[i]));
            Compare.AssertAbsolute($"silu({gate[i]})", Values(y)[i], gate[i] * s, 2e-7 * Math.Abs(gate[i] * s) + 1e-36);
            Compare.AssertAbsolute(
                $"dUp({gate[i]})", Values(dUp)[i], gate[i] * s, 2e-7 * Math.Abs(gate[i] * s) + 1e-36);
            Compare.AssertAbsolute($"slope({gate[i]})", Values(dGate)[i], slope, 5e-7 * Math.Abs(slope) + 1e-36);
        }
    }

    [Fact]
    public void In_place_gives_the_same_bits()
    {
        const int n = 100;
        float[] gate = Normal(6, n), up = Normal(7, n), dy = Normal(8, n);
        Tensor y = Empty("y", n), dGate = Empty("dGate", n), dUp = Empty("dUp", n);
        Tensor G() => Make("gate", gate, n);
        Tensor U() => Make("up", up, n);
        Tensor D() => Make("dy", dy, n);
        Backend.SwiGlu(G(), U(), y);
        Backend.SwiGluBackward(D(), G(), U(), dGate, dUp);

        Tensor g = G(), u = U(), d = D();
        Backend.SwiGlu(g, u, g);
        AssertSameBits(Values(y), Values(g));
        g = G();
        Backend.SwiGlu(g, u, u);
        AssertSameBits(Values(y), Values(u));

        u = U();
        Backend.SwiGluBackward(d, g, u, g, u);
        AssertSameBits(Values(dGate), Values(g));
        AssertSameBits(Values(dUp), Values(u));

        (g, u) = (G(), U());
        Backend.SwiGluBackward(d, g, u, d, g);
        AssertSameBits(Values(dGate), Values(d));
        AssertSameBits(Values(dUp), Values(g));
    }

    [Fact]
    public void Splits_and_threads_change_nothing()
    {
        const int tokens = 5, width = 7001;
        Tensor g = Make("gate", Normal(9, tokens * width), tokens, width),
            u = Make("up", Normal(10, tokens * width), tokens, width);
        Tensor whole = Empty("whole", tokens, width), split = Empty("split", tokens, width);
        Backend.SwiGlu(g, u, whole);
        using Ops.Ops other = WithThreads(5);
        for (int t = 0; t < tokens; t++)
            other.SwiGlu(g.Slice(t, 1), u.Slice(t, 1), split.Slice(t, 1));
        AssertSameBits(Values(whole), Values(split));
    }

    [Fact]
    public void Misuse_is_named()
    {
        Tensor g = Empty("gate", 8), y = Empty("y", 8), short7 = Empty("up", 7), wide = Empty("wide", 9);
        Assert.Contains("expected 8 elements, got 7", Refusal(() => Backend.SwiGlu(g, short7, y)));
        Assert.Contains(
            "expected F32, got I32", Refusal(() => Backend.SwiGlu(Make("gate", DType.I32, new int[8], 8), y, y)));
        Assert.Contains("overlap", Refusal(() => Backend.SwiGlu(wide.Slice(0, 8), g, wide.Slice(1, 8))));
        Assert.Contains("overlap", Refusal(() => Backend.SwiGluBackward(g, g, g, y, y)));
        Assert.Contains("expected 8 elements, got 7", Refusal(() => Backend.SwiGluBackward(short7, g, g, y, g)));
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double Silu(double x) => x * Sigmoid(x);
}

public sealed class ScalarSwiGluTests() : SwiGluTests(SimdLevel.Scalar);

public sealed class Vector256SwiGluTests() : SwiGluTests(SimdLevel.Vector256);

public sealed class Vector512SwiGluTests() : SwiGluTests(SimdLevel.Vector512);
