using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Cuda.Gemm;
using MolEngine.Kernels.Cuda.Head;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Tensors;
using MolEngine.VirtualGpu.Driver;

namespace MolEngine.Kernels.Tests.Cuda.Far;

/// <summary>
/// Operands whose rows lie so far apart that the last ones are beyond 2^32 elements, and rows of a vocabulary that are:
/// small integers, whose products and sums are exact.
/// </summary>
public sealed unsafe class FarProductTests : IDisposable
{
    private const int Stride = 1 << 28;

    private readonly VirtualCudaDriver _driver = new(
        DeviceProfile.Sm80 with { MemoryBytes = 1L << 44 }, process: new VirtualProcess());
    private readonly CudaContext _context;
    private readonly CudaStream _stream;
    private readonly CudaKernels _kernels;
    private readonly List<DeviceMemory> _memory = [];

    public FarProductTests()
    {
        _context = CudaContext.Create(_driver, 0);
        _stream = new CudaStream(_context);
        _kernels = new CudaKernels(_context, KernelImages.Carried);
    }

    public void Dispose()
    {
        _stream.Drain();
        foreach (DeviceMemory memory in _memory)
            memory.Dispose();
        _kernels.Dispose();
        _stream.Dispose();
        _context.Dispose();
        _driver.Dispose();
    }

    [Theory]
    [InlineData(DType.BF16, false, false)]
    [InlineData(DType.BF16, false, true)]
    [InlineData(DType.BF16, true, false)]
    [InlineData(DType.BF16, true, true)]
    [InlineData(DType.F32, false, false)]
    [InlineData(DType.F32, false, true)]
    [InlineData(DType.F32, true, false)]
    [InlineData(DType.F32, true, true)]
    public void Products_of_far_rows(DType type, bool aTransposed, bool bTransposed)
    {
        const int M = 72, N = 76, K = 40;
        using var gemm = new BuiltinGemm(_stream, _kernels);
        (int, int) ofA = aTransposed ? (K, M) : (M, K), ofB = bTransposed ? (N, K) : (K, N);
        foreach (DType result in (DType[])[DType.F32, type])
        {
            ulong a = Rows(type, ofA, 1), b = Rows(type, ofB, 2), d = Rows(result, (M, N), 3);
            gemm.Run(new GemmCall(
                M, N, K, new GemmOperand(a, type, Stride, aTransposed), new GemmOperand(b, type, Stride, bTransposed),
                new GemmOperand(d, result, Stride), Beta: result == DType.F32 ? 1 : 0));
            for (int m = 0; m < M; m++)
            {
                float[] expected = new float[N];
                for (int n = 0; n < N; n++)
                {
                    expected[n] = result == DType.F32 ? Value(m, n, 3) : 0;
                    for (int k = 0; k < K; k++)
                    {
                        expected[n] += (aTransposed ? Value(k, m, 1) : Value(m, k, 1))
                            * (bTransposed ? Value(n, k, 2) : Value(k, n, 2));
                    }
                }

                Expect(expected, Row(result, d, m, N), $"row {m} of {result}");
            }
        }
    }

    [Theory]
    [InlineData(DType.BF16)]
    [InlineData(DType.F32)]
    public void Products_of_few_far_rows(DType type)
    {
        const int M = 16, N = 20, K = 40, Far = 1 << 29;
        using var gemm = new DecodeGemm(_stream, _kernels);
        ulong x = Rows(type, (M, K), 1, Far), w = Rows(type, (N, K), 2, Far), d = Rows(DType.F32, (M, N), 3, Far);
        gemm.Run(new GemmCall(
            M, N, K, new GemmOperand(x, type, Far), new GemmOperand(w, type, Far, Transposed: true),
            new GemmOperand(d, DType.F32, Far)));
        for (int m = 0; m < M; m++)
        {
            float[] expected = [.. Enumerable.Range(0, N).Select(
                n => Enumerable.Range(0, K).Sum(k => Value(m, k, 1) * Value(n, k, 2)))];
            Expect(expected, Row(DType.F32, d, m, N, Far), $"row {m}");
        }
    }

    [Fact]
    public void Results_of_far_sums()
    {
        const int M = 18, N = 24;
        ulong sums = Rows(DType.F32, (M, N), 1), d = Rows(DType.F32, (M, N), 2);
        var none = new GemmOperand(sums, DType.F32, Stride);
        GemmOutput output = GemmOutput.Of(
            new GemmCall(M, N, 1, none, none, new GemmOperand(d, DType.F32, Stride), Alpha: 1, Beta: 1));
        Launch("gemm_finish", "gemm_finish", 1, a => a.Add(sums).Add(Stride).Add(output));
        for (int m = 0; m < M; m++)
        {
            float[] expected = [.. Enumerable.Range(0, N).Select(n => Value(m, n, 1) + Value(m, n, 2))];
            Expect(expected, Row(DType.F32, d, m, N), $"row {m}");
        }
    }

    /// <summary>Logits of far ids, and what their rows add to the gradient of the hidden states.</summary>
    [Theory]
    [InlineData(DType.BF16)]
    [InlineData(DType.F32)]
    public void Head_rows_of_far_ids(DType type)
    {
        const int Hidden = 2048, Count = 3;
        int[] ids = [(1 << 21) + 5, 2, (1 << 20) + 3];
        DeviceMemory weight = Memory("weight", ((1L << 21) + 6) * Hidden * type.Size());
        foreach (int id in ids)
            Upload(type, weight.Address + (ulong)((long)id * Hidden * type.Size()), Numbers(id, Hidden));
        var rows = new HeadArguments.Weight(
            weight.Address, type == DType.BF16 ? HeadArguments.WeightBf16 : HeadArguments.WeightF32, Hidden);
        DeviceMemory x = Memory("x", 4 * Hidden), dx = Memory("dx", 4 * Hidden), factors = Memory("factors", 4);
        DeviceMemory idMemory = Memory("ids", 4 * Count), logits = Memory("logits", 8 * Count);
        DeviceMemory coefficients = Memory("coefficients", 4 * Count), sets = Memory("sets", 8);
        DeviceMemory token = Memory("token", 4);
        Upload(DType.F32, x.Address, Numbers(7, Hidden));
        Upload(DType.F32, coefficients.Address, [2, 3, 5]);
        Upload(DType.F32, factors.Address, [1]);
        idMemory.Upload<int>(ids);
        sets.Upload<int>([Count, 0]);
        token.Upload<int>([0]);
        var arguments = new HeadArguments.Sets(
            idMemory.Address, sets.Address, logits.Address, coefficients.Address, Count);
        Launch("head", "head_logits_f32", 1, a => a.Add(x).Add(0ul).Add(rows).Add(arguments));
        Launch("head", "head_dx", 1, a => a.Add(token).Add(x).Add(factors).Add(arguments).Add(rows).Add(dx));

        var got = new double[Count];
        logits.Download(got.AsSpan());
        Assert.Equal(
            ids.Select(id => Enumerable.Range(0, Hidden).Sum(h => (double)Value(7, h, 0) * Value(id, h, 0))), got);
        var gradient = new float[Hidden];
        dx.Download(gradient.AsSpan());
        float[] expected = [.. Enumerable.Range(0, Hidden).Select(h => Value(7, h, 0)
            + (2 * Value(ids[0], h, 0)) + (3 * Value(ids[1], h, 0)) + (5 * Value(ids[2], h, 0)))];
        Expect(expected, gradient, "dx");
    }

    /// <summary>Sums of squares of a chunk far behind, and sums over tokens of a wide layer.</summary>
    [Fact]
    public void Sums_of_far_elements()
    {
        const long Count = (1L << 32) + 65_536;
        _driver.Options = _driver.Options with { LastBlocks = 1 };
        DeviceMemory x = Memory("x", Count * 4), partial = Memory("partial", ((Count / 65_536) + 1) * 8);
        Upload(DType.F32, x.Address + ((ulong)(Count - 65_536) * 4), [.. Enumerable.Repeat(3f, 65_536)]);
        Launch("reduce", "sum_squares_f32", Count / 65_536, a => a.Add(x).Add(partial).Add(Count));
        var got = new double[1];
        partial.Download(got.AsSpan(), (nuint)((Count / 65_536) - 1) * 8);
        Assert.Equal(9.0 * 65_536, got[0]);
    }

    private static float[] Numbers(int row, int count) =>
        [.. Enumerable.Range(0, count).Select(i => Value(row, i, 0))];

    /// <summary>Small integers, no two rows alike.</summary>
    private static float Value(int row, int column, int seed) =>
        (int)(((row * 31L) + (column * 17L) + (row * (long)column) + (seed * 7)) % 7) - 3;

    private static void Expect(float[] expected, float[] got, string what) =>
        Assert.True(expected.AsSpan().SequenceEqual(got), $"{what}: expected {expected[0]} ..., got {got[0]} ...");

    private void Launch(string source, string kernel, long blocks, Action<KernelArguments> add)
    {
        var arguments = new KernelArguments();
        add(arguments);
        _kernels.Get(source, kernel).Launch(
            _stream, new LaunchShape(new Dim3((uint)blocks), new Dim3(256)), arguments);
        _stream.Synchronize();
    }

    private ulong Rows(DType type, (int Rows, int Columns) size, int seed, int stride = Stride)
    {
        DeviceMemory memory = Memory("matrix", ((size.Rows - 1L) * stride + size.Columns) * type.Size());
        for (int r = 0; r < size.Rows; r++)
        {
            float[] values = [.. Enumerable.Range(0, size.Columns).Select(c => Value(r, c, seed))];
            Upload(type, memory.Address + (ulong)((long)r * stride * type.Size()), values);
        }

        return memory.Address;
    }

    private float[] Row(DType type, ulong matrix, int row, int count, int stride = Stride)
    {
        _stream.Synchronize();
        DeviceMemory memory = _memory.Single(m => m.Address == matrix);
        nuint offset = (nuint)((long)row * stride * type.Size());
        if (type == DType.F32)
        {
            var values = new float[count];
            memory.Download(values.AsSpan(), offset);
            return values;
        }

        var bits = new ushort[count];
        memory.Download(bits.AsSpan(), offset);
        return Array.ConvertAll(bits, Basics.Numerics.Bf16.Widen);
    }

    private DeviceMemory Memory(string name, long bytes)
    {
        var memory = new DeviceMemory(_context, name, (nuint)bytes);
        _memory.Add(memory);
        return memory;
    }

    private void Upload(DType type, ulong address, float[] values)
    {
        DeviceMemory memory = _memory.Single(m => address - m.Address < m.Bytes);
        nuint offset = (nuint)(address - memory.Address);
        if (type == DType.BF16)
            memory.Upload<ushort>(Array.ConvertAll(values, Basics.Numerics.Bf16.Round), offset);
        else
            memory.Upload<float>(values, offset);
    }
}
