using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Device;

namespace MolEngine.Kernels.Tests.Elementwise;

public abstract class MemoryTests(SimdLevel level) : OpSuite(level)
{
    public static TheoryData<int> Sizes => [0, 1, 15, 17, 63, 576, 16384, 40001];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Zero_clears_the_tensor_and_nothing_beside_it(int count)
    {
        Tensor x = Make("x", Normal(1, count + 2), count + 2);
        float first = x.Span<float>()[0], last = x.Span<float>()[^1];
        Backend.Zero(x.Slice(1, count));
        Assert.All(x.Span<float>().Slice(1, count).ToArray(), v => Assert.Equal(0f, v));
        Assert.Equal((first, last), (x.Span<float>()[0], x.Span<float>()[^1]));
    }

    [Fact]
    public void Zero_clears_wide_and_narrow_types()
    {
        Tensor wide = Make("wide", DType.F64, [1.0, 2, 3], 3),
            narrow = Make("narrow", DType.BF16, new ushort[] { 1, 2, 3 }, 3);
        Backend.Zero(wide);
        Backend.Zero(narrow);
        Assert.Equal([0.0, 0, 0], wide.Span<double>().ToArray());
        Assert.Equal([(ushort)0, 0, 0], narrow.Span<ushort>().ToArray());
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Copy_of_one_type_is_exact(int count)
    {
        Tensor source = Make("source", Normal(2, count), count), destination = Empty("destination", count + 1);
        destination.Span<float>()[count] = 7;
        Backend.Copy(source, destination.Slice(0, count));
        AssertSameBits(Values(source), Values(destination)[..count]);
        Assert.Equal(7, destination.Span<float>()[count]);
        Tensor ids = Make("ids", DType.I64, [1L, -2, 3], 3), copy = Make("copy", DType.I64, new long[3], 3);
        Backend.Copy(ids, copy);
        Assert.Equal([1L, -2, 3], copy.Span<long>().ToArray());
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Copy_widens_bf16_f16_and_rounds_f64(int count)
    {
        float[] values = Normal(3, count);
        (Tensor bf16, double[] widened) = MakeWeight("bf16", true, values, count);
        Tensor destination = Empty("destination", count);
        Backend.Copy(bf16, destination);
        Assert.Equal(Array.ConvertAll(widened, x => (float)x), Values(destination));

        Half[] halves = Array.ConvertAll(values, x => (Half)x);
        Backend.Copy(Make("f16", DType.F16, halves, count), destination);
        Assert.Equal(Array.ConvertAll(halves, x => (float)x), Values(destination));

        double[] doubles = Array.ConvertAll(values, x => x / 3.0);
        Backend.Copy(Make("f64", DType.F64, doubles, count), destination);
        Assert.Equal(Array.ConvertAll(doubles, x => (float)x), Values(destination));
    }

    [Fact]
    public void Copy_of_a_tensor_onto_itself_leaves_it()
    {
        Tensor x = Make("x", Normal(4, 33), 33);
        float[] before = Values(x);
        Backend.Copy(x, x);
        AssertSameBits(before, Values(x));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Add_adds(int count)
    {
        float[] a = Normal(5, count), b = Normal(6, count);
        Tensor x = Make("x", a, count), y = Make("y", b, count);
        Backend.Add(x, y);
        AssertSameBits([.. a.Zip(b, (p, q) => q + p)], Values(y));
        AssertSameBits(a, Values(x));
        Backend.Add(y, y);
        AssertSameBits([.. a.Zip(b, (p, q) => 2 * (q + p))], Values(y));
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
}

public sealed class ScalarMemoryTests() : MemoryTests(SimdLevel.Scalar);

public sealed class Vector256MemoryTests() : MemoryTests(SimdLevel.Vector256);

public sealed class Vector512MemoryTests() : MemoryTests(SimdLevel.Vector512);
