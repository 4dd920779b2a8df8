using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Tests;

/// <summary>Inputs and outputs of QkNormRope for a batch of rows (one document each) on one backend.</summary>
internal sealed class QkNormRopeProblem : IDisposable
{
    /// <summary>Positions of the rotary table.</summary>
    public const int TableRows = 150;

    /// <summary>What the norms' gradients hold before: they are accumulated.</summary>
    public const float InitialGradient = 0.25f;

    private const float Eps = 1e-6f;

    private readonly Ops.Ops _ops;
    private readonly HeadShape _heads;
    private readonly Arena _arena;
    private readonly QkNorm? _norm;
    private readonly RotaryTable _rotary;

    public QkNormRopeProblem(Ops.Ops ops, HeadShape heads, bool norm, DType weightType, Row[] rows)
    {
        _ops = ops;
        _heads = heads;
        _arena = ops.CreateArena("qk norm rope test");
        SequenceLayout layout = AttentionProblem.MakeLayout(_arena, [.. rows.Select(r => r.Length)]);
        Layout = layout with { RowStarts = layout.DocumentStarts };
        int t = Layout.Tokens;
        (Q, QOut, Dq) = (Make("q", t, heads.QuerySize), Make("q out", t, heads.QuerySize), Make("dq", t, heads.QuerySize));
        (K, KOut, Dk) = (Make("k", t, heads.KeyValueSize), Make("k out", t, heads.KeyValueSize), Make("dk", t, heads.KeyValueSize));
        for (int r = 0; r < rows.Length; r++)
        {
            var random = new Random(rows[r].Seed);
            foreach (Tensor x in (Tensor[])[Q, K, Dq, Dk])
                AttentionProblem.Fill(random, x.Slice(Layout.RowStarts[r], rows[r].Length).Span<float>(), 2);
        }

        (Dy, DyKey) = (AttentionProblem.Doubles(Dq), AttentionProblem.Doubles(Dk));
        _rotary = MakeTable();
        if (!norm)
            return;
        _norm = new QkNorm(MakeWeight("query norm", weightType, 11), MakeWeight("key norm", weightType, 12), Eps);
        (DQueryNorm, DKeyNorm) = (Make("query norm gradient", heads.HeadDim), Make("key norm gradient", heads.HeadDim));
        DQueryNorm.Span<float>().Fill(InitialGradient);
        DKeyNorm.Span<float>().Fill(InitialGradient);
    }

    /// <summary>A row of random values: the same seed and length give the same values in any batch.</summary>
    internal readonly record struct Row(int Seed, int Length);

    public SequenceLayout Layout { get; }

    public Tensor Q { get; }

    public Tensor K { get; }

    public Tensor QOut { get; }

    public Tensor KOut { get; }

    public Tensor Dq { get; }

    public Tensor Dk { get; }

    public Tensor? DQueryNorm { get; }

    public Tensor? DKeyNorm { get; }

    public Tensor[] Results => [QOut, KOut, Dq, Dk, DQueryNorm!, DKeyNorm!];

    private double[] Dy { get; }

    private double[] DyKey { get; }

    /// <summary>Forward, then backward with gradients of the norms.</summary>
    public void Run()
    {
        Forward(QOut, KOut);
        Backward(DQueryNorm, DKeyNorm);
    }

    public void Forward(Tensor qOut, Tensor kOut) => _ops.QkNormRope(Q, K, _heads, _norm, _rotary, Layout, qOut, kOut);

    public void Backward(Tensor? dQueryNorm, Tensor? dKeyNorm, Tensor? dq = null) =>
        _ops.QkNormRopeBackward(dq ?? Dq, Dk, Q, K, _heads, _norm, _rotary, Layout, dQueryNorm, dKeyNorm);

    /// <summary>The truth for q or k, whose gradients start where the accumulated ones do.</summary>
    public QkNormRopeOracle Oracle(bool query)
    {
        double[]? weight = _norm is null ? null : Weights(query ? _norm.Query : _norm.Key);
        var oracle = new QkNormRopeOracle(
            query ? _heads.QueryHeads : _heads.KeyValueHeads, _heads.HeadDim, AttentionProblem.Doubles(query ? Q : K), weight, Eps,
            Angles(_rotary.Cos), Angles(_rotary.Sin));
        Array.Fill(oracle.DWeight, InitialGradient);
        return oracle.Forward().Backward(query ? Dy : DyKey);
    }

    public void Dispose() => _arena.Dispose();

    private double[] Angles(Tensor table)
    {
        int half = _heads.HeadDim / 2;
        return [.. Layout.Positions.Span<int>().ToArray().SelectMany(p => AttentionProblem.Doubles(table)[(p * half)..((p + 1) * half)])];
    }

    private RotaryTable MakeTable()
    {
        int half = _heads.HeadDim / 2;
        Tensor cos = Make("cos", TableRows, half), sin = Make("sin", TableRows, half);
        for (int p = 0; p < TableRows; p++)
        {
            for (int i = 0; i < half; i++)
            {
                double angle = p * Math.Pow(10000, -(double)i / half);
                cos.Span<float>()[p * half + i] = (float)Math.Cos(angle);
                sin.Span<float>()[p * half + i] = (float)Math.Sin(angle);
            }
        }

        return new RotaryTable(cos, sin);
    }

    private Tensor MakeWeight(string name, DType type, int seed)
    {
        var random = new Random(seed);
        Tensor weight = _arena.Allocate(name, type, _heads.HeadDim);
        for (int i = 0; i < _heads.HeadDim; i++)
        {
            float value = 0.5f + random.NextSingle();
            if (type == DType.F32)
                weight.Span<float>()[i] = value;
            else
                weight.Span<ushort>()[i] = (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);
        }

        return weight;
    }

    private static double[] Weights(Tensor x) => x.Type == DType.F32
        ? AttentionProblem.Doubles(x)
        : Array.ConvertAll(x.Span<ushort>().ToArray(), b => (double)BitConverter.UInt32BitsToSingle((uint)b << 16));

    private Tensor Make(string name, params int[] dimensions) => _arena.Allocate(name, DType.F32, dimensions);
}
