using MolEngine.Basics.Numerics;
using MolEngine.Kernels.Cuda.Gemm;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Checks;

/// <summary>Sizes of a product to try; K2 is that of the second term.</summary>
/// <param name="Pad">Elements between rows: with an odd number of them rows are not aligned.</param>
internal sealed record GemmCheckShape(int M, int N, int K, int K2 = 0, int Pad = 0)
{
    /// <summary>Where another block of a block-diagonal second B begins.</summary>
    public int[] Blocks { get; init; } = [];

    /// <summary>Columns of the second A.</summary>
    public int DepthA2 => K2 * (1 + Blocks.Length);

    public override string ToString() =>
        $"{M} x {N} x {K}{(K2 > 0 ? $" + {K2}" : "")}{(Blocks.Length > 0 ? $" in {Blocks.Length + 1} blocks" : "")}, "
        + $"rows {Pad} apart";

    /// <summary>
    /// Around the edges of tiles, of steps of k and of vectors. The last is aligned and round: it is measured.
    /// </summary>
    public static IReadOnlyList<GemmCheckShape> All(bool isCounting) =>
    [
        new(1, 1, 1), new(1, 130, 70), new(7, 63, 65, 5, 3), new(129, 70, 96, 16, 8),
        new(64, 131, 33, 0, 1), new(3, 130, 0),
        isCounting ? new(256, 128, 128) : new(1024, 1024, 1024),
    ];
}

/// <summary>
/// A product of small integers: every sum is exact in fp32 whatever its order, so that results are compared to the bit.
/// </summary>
internal sealed class GemmCheckProblem
{
    /// <summary>2^-140: integers times it are subnormal, and exact.</summary>
    public const float SubnormalFactor = 512 * float.Epsilon;

    private const int LargestFactor = 8, LargestAddend = 100;

    private readonly GemmCheckShape _shape;
    private readonly bool _aTransposed, _bTransposed;
    private readonly float[] _d;

    public GemmCheckProblem(GemmCheckShape shape, bool aTransposed, bool bTransposed)
    {
        (_shape, _aTransposed, _bTransposed) = (shape, aTransposed, bTransposed);
        A = Matrix(1, shape.M, shape.K, aTransposed);
        B = Matrix(2, shape.K, shape.N, bTransposed);
        A2 = Matrix(3, shape.M, shape.DepthA2, aTransposed);
        B2 = Matrix(4, shape.K2, shape.N, bTransposed);
        Bias = Integers(5, shape.N, LargestAddend);
        _d = Integers(6, shape.M * StrideD, LargestAddend);
    }

    public float[] A { get; }

    public float[] B { get; }

    public float[] A2 { get; }

    public float[] B2 { get; }

    public float[] Bias { get; }

    public int StrideD => _shape.N + _shape.Pad;

    /// <summary>D before the product, what lies between its rows included.</summary>
    public float[] Before => [.. _d];

    /// <summary>Integers laid out as D.</summary>
    public float[] Sums => Integers(7, _d.Length, LargestAddend);

    public static ushort[] ToBf16(float[] values) => Array.ConvertAll(values, Bf16.Round);

    public GemmOperand OperandA(ulong address, DType type) =>
        new(address, type, Stride(_shape.M, _shape.K, _aTransposed), _aTransposed);

    public GemmOperand OperandB(ulong address, DType type) =>
        new(address, type, Stride(_shape.K, _shape.N, _bTransposed), _bTransposed);

    public GemmOperand OperandA2(ulong address, DType type) =>
        new(address, type, Stride(_shape.M, _shape.DepthA2, _aTransposed), _aTransposed);

    public GemmOperand OperandB2(ulong address, DType type) =>
        new(address, type, Stride(_shape.K2, _shape.N, _bTransposed), _bTransposed);

    /// <summary>D after the product.</summary>
    /// <param name="bias">Whether there is one.</param>
    /// <param name="more">What else is summed, laid out as D.</param>
    public float[] After(float alpha, float beta, bool bias, float[]? more)
    {
        float[] d = Before;
        var sums = new float[_shape.N];
        for (int i = 0; i < _shape.M; i++)
        {
            for (int j = 0; j < sums.Length; j++)
                sums[j] = more is null ? 0 : more[(i * StrideD) + j];
            AddTerm(sums, A, B, i, _shape.K, []);
            AddTerm(sums, A2, B2, i, _shape.K2, _shape.Blocks);
            for (int j = 0; j < sums.Length; j++)
            {
                ref float to = ref d[(i * StrideD) + j];
                to = (alpha * sums[j]) + (bias ? Bias[j] : 0) + (beta * to);
            }
        }

        return d;
    }

    /// <param name="blocks">Columns of D where another block begins, with depth columns of A of its own.</param>
    private void AddTerm(float[] sums, float[] a, float[] b, int i, int depth, int[] blocks)
    {
        int strideA = Stride(_shape.M, depth * (1 + blocks.Length), _aTransposed);
        int strideB = Stride(depth, _shape.N, _bTransposed);
        int[] starts = [0, .. blocks, sums.Length];
        for (int k = 0; k < (starts.Length - 1) * depth; k++)
        {
            float x = a[_aTransposed ? (k * strideA) + i : (i * strideA) + k];
            int own = k % depth, first = _bTransposed ? own : own * strideB, step = _bTransposed ? strideB : 1;
            for (int j = starts[k / depth]; j < starts[(k / depth) + 1]; j++)
                sums[j] += x * b[first + (j * step)];
        }
    }

    private int Stride(int rows, int columns, bool transposed) => (transposed ? rows : columns) + _shape.Pad;

    private float[] Matrix(ulong key, int rows, int columns, bool transposed) =>
        Integers(key, (transposed ? columns : rows) * Stride(rows, columns, transposed), LargestFactor);

    private static float[] Integers(ulong key, int count, int largest)
    {
        var random = new CounterRandom(key);
        var values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = random.Below((ulong)i, (2 * largest) + 1) - largest;
        return values;
    }
}
