using MolEngine.Basics.Numerics;
using MolEngine.Kernels.Cpu.Gemm;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Tests;

/// <summary>
/// A random product in guarded memory: strides exceed widths, A and B end where reading must end, and C is ringed by
/// canaries.
/// </summary>
internal sealed unsafe class GemmProblem : IDisposable
{
    private const float Canary = 1234.5f;
    private const int Pad = 3;

    private readonly GuardedMemory _a, _b, _c;
    private readonly double[] _initial;

    public GemmProblem(
        int m, int n, int k, bool aTransposed = false, bool bRowsAreK = false, DType type = DType.F32,
        bool accumulate = false, int seed = 1)
    {
        var random = new Random(seed);
        (int aRows, int aColumns) = aTransposed ? (k, m) : (m, k);
        (int bRows, int bColumns) = bRowsAreK ? (k, n) : (n, k);
        _a = new GuardedMemory(4L * (((aRows - 1) * (aColumns + Pad)) + aColumns));
        _b = new GuardedMemory(type.Size() * (((bRows - 1L) * (bColumns + Pad)) + bColumns));
        _c = new GuardedMemory(4L * (((m + 2L) * (n + Pad)) - Pad));
        Arguments = new GemmArguments
        {
            M = m,
            N = n,
            K = k,
            A = (float*)_a.Address,
            StrideA = aColumns + Pad,
            ATransposed = aTransposed,
            B = (void*)_b.Address,
            StrideB = bColumns + Pad,
            BRowsAreK = bRowsAreK,
            BType = type,
            C = (float*)_c.Address + n + Pad,
            StrideC = n + Pad,
            Accumulate = accumulate,
        };
        for (int i = 0; i < m * k; i++)
            *A(i / k, i % k) = random.NextSingle() - 0.5f;
        for (int i = 0; i < n * k; i++)
            SetB(i / n, i % n, random.NextSingle() - 0.5f);
        _a.MakeReadOnly();
        _b.MakeReadOnly();
        new Span<float>((float*)_c.Address, ((m + 2) * (n + Pad)) - Pad).Fill(Canary);
        _initial = new double[m * n];
        for (int i = 0; i < m * n; i++)
            *C(i / n, i % n) = (float)(_initial[i] = random.NextSingle() - 0.5f);
    }

    public GemmArguments Arguments { get; }

    /// <summary>What C must be, in float64.</summary>
    /// <param name="kind">A bf16 kind's operands are rounded.</param>
    public double[] Truth(ProductKind kind = ProductKind.F32)
    {
        GemmArguments g = Arguments;
        var truth = new double[g.M * g.N];
        double Held(float x) => kind == ProductKind.F32 ? x : Bf16.Widen(Bf16.Round(x));
        double[] Row(int i) => [.. Enumerable.Range(0, g.K).Select(k => Held(*A(i, k)))];
        double[][] rows = [.. Enumerable.Range(0, g.M).Select(Row)];
        for (int j = 0; j < g.N; j++)
        {
            double[] column = [.. Enumerable.Range(0, g.K).Select(k => Held(B(k, j)))];
            for (int i = 0; i < g.M; i++)
            {
                double sum = g.Accumulate ? _initial[(i * g.N) + j] : 0;
                double[] row = rows[i];
                for (int k = 0; k < row.Length; k++)
                    sum += row[k] * column[k];
                truth[(i * g.N) + j] = sum;
            }
        }

        return truth;
    }

    /// <summary>C as it is; checks that nothing around it was touched.</summary>
    public float[] Result()
    {
        GemmArguments g = Arguments;
        var result = new float[g.M * g.N];
        float* all = (float*)_c.Address;
        for (int i = 0; i < ((g.M + 2) * (g.N + Pad)) - Pad; i++)
        {
            int row = (i / (g.N + Pad)) - 1, column = i % (g.N + Pad);
            if (row >= 0 && row < g.M && column < g.N)
                result[(row * g.N) + column] = all[i];
            else
                Assert.True(all[i] == Canary, $"element {column} of row {row}, outside of C, was overwritten");
        }

        return result;
    }

    public void Dispose()
    {
        _a.Dispose();
        _b.Dispose();
        _c.Dispose();
    }

    private float* A(int i, int k) =>
        Arguments.A + (Arguments.ATransposed ? (k * Arguments.StrideA) + i : (i * Arguments.StrideA) + k);

    private float* C(int i, int j) => Arguments.C + (i * Arguments.StrideC) + j;

    private nint AtB(int k, int j) =>
        Arguments.BRowsAreK ? (k * Arguments.StrideB) + j : (j * Arguments.StrideB) + k;

    private float B(int k, int j) => Arguments.BType == DType.BF16
        ? ScalarSimd.LoadBf16((ushort*)Arguments.B + AtB(k, j))
        : ((float*)Arguments.B)[AtB(k, j)];

    private void SetB(int k, int j, float value)
    {
        if (Arguments.BType == DType.BF16)
            ((ushort*)Arguments.B)[AtB(k, j)] = (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);
        else
            ((float*)Arguments.B)[AtB(k, j)] = value;
    }
}
