using MolEngine.Basics.Numerics;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Tests;

/// <summary>Inputs and outputs of QkNormRope for a batch of rows (one document each) on one backend.</summary>
internal sealed class QkNormRopeProblem
{
    /// <summary>Positions of the rotary table.</summary>
    public const int TableRows = 150;

    /// <summary>What the norms' gradients hold before: they are accumulated.</summary>
    public const float InitialGradient = 0.25f;

    private const float Eps = 1e-6f;

    private readonly Bench _bench;
    private readonly HeadShape _heads;
    private readonly QkNorm? _norm;
    private readonly float[][] _weights = [];
    private readonly float[] _q, _k, _dq, _dk, _cos, _sin;
    private readonly RotaryTable _rotary;

    public QkNormRopeProblem(Bench bench, HeadShape heads, bool norm, DType weightType, Row[] rows)
    {
        (_bench, _heads) = (bench, heads);
        int tokens = rows.Sum(r => r.Length);
        (_q, _k) = (new float[tokens * heads.QuerySize], new float[tokens * heads.KeyValueSize]);
        (_dq, _dk) = (new float[_q.Length], new float[_k.Length]);
        for (int r = 0, start = 0; r < rows.Length; start += rows[r++].Length)
        {
            var random = new Random(rows[r].Seed);
            foreach (float[] x in (float[][])[_q, _k, _dq, _dk])
                Fill(random, x.AsSpan(start * (x.Length / tokens), rows[r].Length * (x.Length / tokens)));
        }

        Layout = MakeLayout(rows);
        (Q, K) = (Activation("q", _q), Activation("k", _k));
        (QOut, KOut) = (Activation("q out", new float[_q.Length]), Activation("k out", new float[_k.Length]));
        (Dq, Dk) = (Activation("dq", _dq), Activation("dk", _dk));
        (_cos, _sin) = (Table(Math.Cos), Table(Math.Sin));
        int half = heads.HeadDim / 2;
        _rotary = new RotaryTable(
            bench.Make("cos", _cos, TableRows, half), bench.Make("sin", _sin, TableRows, half));
        if (!norm)
            return;
        _weights = [NormWeights(11), NormWeights(12)];
        _norm = new QkNorm(
            bench.MakeWeight("query norm", weightType == DType.BF16, _weights[0], heads.HeadDim).Tensor,
            bench.MakeWeight("key norm", weightType == DType.BF16, _weights[1], heads.HeadDim).Tensor, Eps);
        if (weightType == DType.BF16)
            _weights = [.. _weights.Select(w => Array.ConvertAll(w, x => Bf16.Widen(Bf16.Round(x))))];
        (DQueryNorm, DKeyNorm) = (StartedGradient(bench, heads), StartedGradient(bench, heads));
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

    public static Tensor StartedGradient(Bench bench, HeadShape heads) => bench.Make(
        "norm gradient", [.. Enumerable.Repeat(InitialGradient, heads.HeadDim)], heads.HeadDim);

    /// <summary>Forward, then backward with gradients of the norms.</summary>
    public void Run()
    {
        Forward(QOut, KOut);
        Backward(DQueryNorm, DKeyNorm);
    }

    public void Forward(Tensor qOut, Tensor kOut) =>
        _bench.Backend.QkNormRope(Q, K, _heads, _norm, _rotary, Layout, qOut, kOut);

    public void Backward(Tensor? dQueryNorm, Tensor? dKeyNorm, Tensor? dq = null) => _bench.Backend.QkNormRopeBackward(
        dq ?? Dq, Dk, Q, K, _heads, _norm, _rotary, Layout, dQueryNorm, dKeyNorm);

    /// <summary>The truth for q or k, whose gradients start where the accumulated ones do.</summary>
    public QkNormRopeOracle Oracle(bool query)
    {
        double[]? weight = _norm is null ? null : Widen(_weights[query ? 0 : 1]);
        var oracle = new QkNormRopeOracle(
            query ? _heads.QueryHeads : _heads.KeyValueHeads, _heads.HeadDim, Widen(_bench.Held(query ? _q : _k)),
            weight, Eps, Angles(_cos), Angles(_sin));
        Array.Fill(oracle.DWeight, InitialGradient);
        return oracle.Forward().Backward(Widen(_bench.Held(query ? _dq : _dk)));
    }

    private static double[] Widen(float[] x) => Array.ConvertAll(x, v => (double)v);

    /// <summary>Normal deviates (Box-Muller), twice as wide.</summary>
    private static void Fill(Random random, Span<float> x)
    {
        for (int i = 0; i < x.Length; i++)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            x[i] = (float)(2 * radius * Math.Cos(2 * Math.PI * random.NextDouble()));
        }
    }

    private float[] NormWeights(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, _heads.HeadDim).Select(_ => 0.5f + random.NextSingle())];
    }

    private Tensor Activation(string name, float[] values) =>
        _bench.MakeActivation(name, values, Layout.Tokens, values.Length / Math.Max(1, Layout.Tokens));

    private SequenceLayout MakeLayout(Row[] rows)
    {
        SequenceLayout layout = _bench.Rows([.. rows.Select(r => r.Length)]);
        int[] positions = [.. rows.SelectMany(r => Enumerable.Range(0, r.Length))];
        _bench.Backend.Upload<int>(positions, layout.Positions);
        return layout;
    }

    private double[] Angles(float[] table)
    {
        int half = _heads.HeadDim / 2;
        return [.. _bench.Read<int>(Layout.Positions).SelectMany(p => Widen(table[(p * half)..((p + 1) * half)]))];
    }

    private float[] Table(Func<double, double> of)
    {
        int half = _heads.HeadDim / 2;
        var table = new float[TableRows * half];
        for (int i = 0; i < table.Length; i++)
            table[i] = (float)of(i / half * Math.Pow(10000, -(double)(i % half) / half));
        return table;
    }
}
