using MolEngine.Basics.Numerics;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Tests.Elementwise;

public abstract class MemoryTests(TestBackend backend) : BackendSuite(backend)
{
    public static TheoryData<int> Sizes => [0, 1, 15, 17, 63, 576, 16384, 40001];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Zero_clears_the_tensor_and_nothing_beside_it(int count)
    {
        float[] values = Normal(1, count + 2);
        Tensor x = Make("x", values, count + 2);
        Backend.Zero(x.Slice(1, count));
        AssertSameBits([values[0], .. new float[count], values[^1]], Values(x));
    }

    [Fact]
    public void Zero_clears_wide_and_narrow_types()
    {
        Tensor wide = Make("wide", DType.F64, [1.0, 2, 3], 3),
            narrow = Make("narrow", DType.BF16, new ushort[] { 1, 2, 3 }, 3);
        Backend.Zero(wide);
        Backend.Zero(narrow);
        Assert.Equal([0.0, 0, 0], Bench.Read<double>(wide));
        Assert.Equal([(ushort)0, 0, 0], Bench.Read<ushort>(narrow));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Copy_of_one_type_is_exact(int count)
    {
        float[] values = Normal(2, count);
        Tensor source = Make("source", values, count), destination = Make("destination", Sevens(count + 1), count + 1);
        Backend.Copy(source, destination.Slice(0, count));
        AssertSameBits([.. values, 7], Values(destination));
        Tensor ids = Make("ids", DType.I64, [1L, -2, 3], 3), copy = Make("copy", DType.I64, new long[3], 3);
        Backend.Copy(ids, copy);
        Assert.Equal([1L, -2, 3], Bench.Read<long>(copy));
    }

    /// <summary>Also between places that are not aligned to more than an element.</summary>
    [Theory]
    [MemberData(nameof(Sizes))]
    public void Copy_widens_bf16_f16_and_rounds_f64(int count)
    {
        float[] values = Normal(3, count);
        (Tensor bf16, double[] widened) = MakeWeight("bf16", true, values, count);
        AssertCopy(bf16, Array.ConvertAll(widened, x => (float)x));
        Half[] halves = [(Half)0, .. values.Select(x => (Half)x)];
        Tensor f16 = Make("f16", DType.F16, halves, count + 1);
        double[] doubles = [0, .. values.Select(x => x / 3.0)];
        Tensor f64 = Make("f64", DType.F64, doubles, count + 1);
        foreach (int start in (int[])[0, 1])
        {
            AssertCopy(f16.Slice(start, count), Array.ConvertAll(halves[start..(start + count)], x => (float)x));
            AssertCopy(f64.Slice(start, count), Array.ConvertAll(doubles[start..(start + count)], x => (float)x));
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Copy_rounds_to_bf16(int count)
    {
        float[] values = [0, .. Normal(7, count)];
        Tensor source = Make("source", values, count + 1);
        foreach (int start in (int[])[0, 1])
        {
            Tensor destination = Bench.Empty("destination", DType.BF16, count);
            Backend.Copy(source.Slice(start, count), destination);
            ushort[] expected = Array.ConvertAll(values[start..(start + count)], Bf16.Round);
            Assert.Equal(expected, Bench.Read<ushort>(destination));
        }
    }

    [Fact]
    public void Copy_of_a_tensor_onto_itself_leaves_it()
    {
        float[] values = Normal(4, 33);
        Tensor x = Make("x", values, 33);
        Backend.Copy(x, x);
        AssertSameBits(values, Values(x));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Add_adds(int count)
    {
        float[] a = Normal(5, count), b = Normal(6, count), sum = [.. a.Zip(b, (p, q) => q + p)];
        Tensor x = Make("x", a, count), y = Make("y", b, count);
        Backend.Add(x, y);
        AssertSameBits(sum, Values(y));
        AssertSameBits(a, Values(x));
        Backend.Add(y, y);
        AssertSameBits([.. sum.Select(s => 2 * s)], Values(y));
        Tensor shifted = Make("shifted", [1, .. a], count + 1);
        Backend.Add(shifted.Slice(1, count), y);
        AssertSameBits([.. sum.Zip(a, (s, p) => (2 * s) + p)], Values(y));
    }

    [Fact]
    public void Misuse_is_named()
    {
        Tensor x = Empty("weights", 8), y = Empty("gradient", 9), ids = Make("ids", DType.I32, new int[8], 8);
        Assert.Contains("gradient", Refusal(() => Backend.Copy(x, y)));
        Assert.Contains("expected 8 elements, got 9", Refusal(() => Backend.Add(x, y)));
        Assert.Contains("ids", Refusal(() => Backend.Copy(ids, x)));
        Assert.Contains("expected F32, got I32", Refusal(() => Backend.Copy(x, ids)));
        Assert.Contains("expected F32, got I32", Refusal(() => Backend.Add(ids, x)));
        Assert.Contains("overlap", Refusal(() => Backend.Add(y.Slice(0, 8), y.Slice(1, 8))));
        Assert.Contains("overlap", Refusal(() => Backend.Copy(y.Slice(0, 8), y.Slice(1, 8))));
    }

    private void AssertCopy(Tensor source, float[] expected)
    {
        int count = expected.Length;
        Tensor destination = Make("destination", Sevens(count + 2), count + 2);
        Backend.Copy(source, destination.Slice(1, count));
        AssertSameBits([7, .. expected, 7], Values(destination));
        Backend.Copy(source, destination.Slice(0, count));
        AssertSameBits(expected, Values(destination)[..count]);
    }

    private static float[] Sevens(int count) => [.. Enumerable.Repeat(7f, count)];
}

public sealed class ScalarMemoryTests() : MemoryTests(TestBackend.Scalar);

public sealed class Vector256MemoryTests() : MemoryTests(TestBackend.Vector256);

public sealed class Vector512MemoryTests() : MemoryTests(TestBackend.Vector512);

public sealed class VirtualF32MemoryTests() : MemoryTests(TestBackend.VirtualF32);

public sealed class VirtualBf16MemoryTests() : MemoryTests(TestBackend.VirtualBf16);
