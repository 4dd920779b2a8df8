using MolEngine.Basics.Numerics;
using MolEngine.Kernels.Cuda.Gemm;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Tests.Cuda.Gemm;

/// <summary>What kind of product; the pads are elements between rows.</summary>
internal sealed record ProductKind(
    int M, int N, int K, DType Type = DType.BF16, bool ATransposed = false, bool BTransposed = true)
{
    public DType? BType { get; init; }

    /// <summary>An fp32 B is rounded to bf16 where it is multiplied.</summary>
    public bool IsRounded { get; init; }

    public DType DType { get; init; } = DType.F32;

    public int K2 { get; init; }

    /// <summary>Where another block of a block-diagonal second B begins.</summary>
    public int[]? Blocks { get; init; }

    /// <summary>Columns of the second A.</summary>
    public int DepthA2 => K2 * (1 + (Blocks?.Length ?? 0));

    public int Pad { get; init; }

    public float Alpha { get; init; } = 1;

    public float Beta { get; init; }

    public DType? BiasType { get; init; }

    public int Seed { get; init; } = 1;
}

/// <summary>Random matrices of a product, the product on a device, and in float64.</summary>
internal sealed class DeviceProduct
{
    private const float Canary = 1234.5f;

    private readonly ProductKind _kind;
    private readonly Random _random;
    private readonly float[] _bias, _before;

    public DeviceProduct(ProductKind kind)
    {
        _kind = kind;
        _random = new Random(kind.Seed);
        A = Matrix(kind.M, kind.K, kind.Type);
        B = Matrix(kind.K, kind.N, kind.BType ?? kind.Type);
        A2 = Matrix(kind.M, kind.DepthA2, kind.Type);
        B2 = Matrix(kind.K2, kind.N, kind.BType ?? kind.Type);
        _bias = Matrix(1, kind.N, kind.BiasType ?? DType.F32);
        _before = Matrix(kind.M, kind.N, kind.DType);
    }

    /// <summary>[M, K], row after row, as all others.</summary>
    public float[] A { get; }

    public float[] B { get; }

    public float[] A2 { get; }

    public float[] B2 { get; }

    /// <summary>D of a product of some of the rows, all of them unless said.</summary>
    /// <param name="decode">By the kernels for few tokens.</param>
    public float[] Run(GemmDevice device, int firstRow = 0, int? rows = null, bool decode = false)
    {
        ProductKind k = _kind;
        int m = rows ?? k.M, stride = k.N + k.Pad;
        ulong d = k.Beta == 0 && k.Pad == 0
            ? device.Uninitialised(m * k.N, k.DType, "d")
            : device.Put(Ringed(_before.AsSpan(firstRow * k.N, m * k.N), m, k.N), k.DType, "d");
        var first = new GemmTerm(
            k.K, Operand(device, Rows(A, k.K), m, k.K, k.Type, k.ATransposed, "a"),
            Operand(device, B, k.K, k.N, k.BType ?? k.Type, k.BTransposed, "b"));
        GemmTerm? second = k.K2 == 0 ? null : new GemmTerm(
            k.K2, Operand(device, Rows(A2, k.DepthA2), m, k.DepthA2, k.Type, k.ATransposed, "a2"),
            Operand(device, B2, k.K2, k.N, k.BType ?? k.Type, k.BTransposed, "b2"), k.Blocks);
        var call = new GemmCall(
            m, k.N, k.K, first.A, first.B, new GemmOperand(d, k.DType, stride), k.Alpha, k.Beta)
        {
            Second = second,
            Bias = k.BiasType is { } type ? new GemmBias(device.Put(_bias, type, "bias"), type) : null,
        };
        if (decode)
            device.Decode.Run(call);
        else
            device.Gemm.Run(call);
        return Unringed(device.Get(d, (m * stride) - k.Pad, k.DType), m, k.N);

        float[] Rows(float[] matrix, int columns) => matrix[(firstRow * columns)..((firstRow + m) * columns)];
    }

    public double[] Truth()
    {
        ProductKind k = _kind;
        var truth = new double[k.M * k.N];
        for (int i = 0; i < k.M; i++)
        {
            for (int j = 0; j < k.N; j++)
            {
                int block = k.Blocks?.Count(start => j >= start) ?? 0;
                double sum = Dot(A, i * k.K, B, j, k.K) + Dot(A2, (i * k.DepthA2) + (block * k.K2), B2, j, k.K2);
                truth[(i * k.N) + j] = (k.Alpha * sum) + (k.BiasType is null ? 0 : _bias[j])
                    + (k.Beta * _before[(i * k.N) + j]);
            }
        }

        return truth;
    }

    private double Dot(float[] a, int firstOfA, float[] b, int j, int depth)
    {
        double sum = 0;
        for (int k = 0; k < depth; k++)
        {
            float factor = b[(k * _kind.N) + j];
            sum += (double)a[firstOfA + k] * (_kind.IsRounded ? Bf16.Widen(Bf16.Round(factor)) : factor);
        }

        return sum;
    }

    /// <summary>In [-0.5, 0.5), as the type holds them.</summary>
    private float[] Matrix(int rows, int columns, DType type)
    {
        var values = new float[rows * columns];
        for (int i = 0; i < values.Length; i++)
        {
            float x = _random.NextSingle() - 0.5f;
            values[i] = type == DType.BF16 ? Bf16.Widen(Bf16.Round(x)) : x;
        }

        return values;
    }

    private GemmOperand Operand(
        GemmDevice device, float[] matrix, int rows, int columns, DType type, bool transposed, string name)
    {
        float[] stored = matrix;
        if (transposed)
        {
            stored = new float[matrix.Length];
            for (int i = 0; i < matrix.Length; i++)
                stored[(i % columns * rows) + (i / columns)] = matrix[i];
            (rows, columns) = (columns, rows);
        }

        return new GemmOperand(
            device.Put(Ringed(stored, rows, columns), type, name), type, columns + _kind.Pad, transposed);
    }

    /// <summary>Canaries between the rows, none behind the last: nothing lies there.</summary>
    private float[] Ringed(ReadOnlySpan<float> matrix, int rows, int columns)
    {
        int stride = columns + _kind.Pad;
        var values = new float[Math.Max(0, (rows * stride) - _kind.Pad)];
        values.AsSpan().Fill(Canary);
        for (int i = 0; i < rows; i++)
            matrix.Slice(i * columns, columns).CopyTo(values.AsSpan(i * stride));
        return values;
    }

    private float[] Unringed(float[] values, int rows, int columns)
    {
        int stride = columns + _kind.Pad;
        float canary = _kind.DType == DType.BF16 ? Bf16.Widen(Bf16.Round(Canary)) : Canary;
        var matrix = new float[rows * columns];
        for (int i = 0; i < values.Length; i++)
        {
            if (i % stride < columns)
                matrix[(i / stride * columns) + (i % stride)] = values[i];
            else
                Assert.True(values[i] == canary, $"element {i % stride} of row {i / stride}, beside D: overwritten");
        }

        return matrix;
    }
}
