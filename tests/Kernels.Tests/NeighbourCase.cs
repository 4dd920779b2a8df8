using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Tests;

/// <summary>Layers of one input.</summary>
/// <param name="Adapted">Which of them have an adapter; null: all where there is a rank.</param>
internal sealed record NeighbourOptions(
    int[] Outputs, int Inputs, int Rank = 0, bool HasBias = false, float Dropout = 0, bool[]? Adapted = null,
    bool IsTrained = true);

/// <summary>
/// Random layers of one input on a backend: their tensors neighbours in memory, or each by itself, with the same
/// values.
/// </summary>
internal sealed class NeighbourCase
{
    private const float Scale = 1.75f;

    private readonly Bench _bench;
    private readonly bool _isTogether;
    private readonly Random _random = new(5);
    private readonly NeighbourOptions _options;
    private readonly Tensor[] _y, _dy, _hidden;
    private readonly LinearWeights[] _weights;
    private readonly LinearGradients[] _gradients;

    public NeighbourCase(Bench bench, NeighbourOptions options, bool isTogether, params int[] rows)
    {
        (_bench, _options, _isTogether) = (bench, options, isTogether);
        int tokens = rows.Sum(), layers = options.Outputs.Length;
        DType activation = Ops.ActivationType, multiplied = Ops.ActivationType;
        X = Columns("x", activation, tokens, options.Inputs)[0];
        Dx = Columns("dx", DType.F32, tokens, options.Inputs)[0];
        int[] ranks = [.. options.Outputs.Select((_, i) => options.Adapted?[i] ?? true ? options.Rank : 0)];
        Tensor[] w = Stack("weight", DType.BF16, options.Inputs, options.Outputs);
        Tensor[] bias = options.HasBias ? Stack("bias", DType.BF16, 0, options.Outputs) : [];
        Tensor[] a = Stack("lora A", multiplied, options.Inputs, ranks);
        int[] adapted = [.. options.Outputs.Select((n, i) => ranks[i] > 0 ? n : 0)];
        Tensor[] b = Stack("lora B", multiplied, options.Rank, adapted);
        _weights =
        [
            .. Enumerable.Range(0, layers).Select(i => new LinearWeights(
                w[i], options.HasBias ? bias[i] : null,
                ranks[i] == 0 ? null : new LoraWeights(a[i], b[i], Scale, options.Dropout, 40 + (ulong)i))),
        ];
        _y = Columns("y", activation, tokens, options.Outputs);
        _dy = Columns("dy", activation, tokens, options.Outputs);
        _hidden = Columns("hidden", activation, tokens, ranks);
        Tensor[] dW = Stack("dW", DType.F32, options.Inputs, options.Outputs);
        Tensor[] db = Stack("db", DType.F32, 0, options.Outputs);
        Tensor[] dA = Stack("dA", DType.F32, options.Inputs, ranks);
        Tensor[] dB = Stack("dB", DType.F32, options.Rank, adapted);
        _gradients =
        [
            .. Enumerable.Range(0, layers).Select(i => new LinearGradients(
                options.IsTrained ? dW[i] : null, options is { IsTrained: true, HasBias: true } ? db[i] : null,
                ranks[i] > 0 ? dA[i] : null, ranks[i] > 0 ? dB[i] : null)),
        ];
        long[] keys = [.. Enumerable.Range(0, tokens).Select(t => 7L * t)];
        Layout = bench.Rows(rows) with { TokenKeys = bench.Make<long>("keys", DType.I64, keys, tokens) };
    }

    public Ops.Ops Ops => _bench.Backend;

    public SequenceLayout Layout { get; }

    public Tensor X { get; }

    public Tensor Dx { get; }

    public LinearOutput[] Forth => [.. _weights.Select((w, i) => new LinearOutput(w, _y[i], Hidden(i)))];

    public LinearOutput[] Back => [.. _weights.Select((w, i) => new LinearOutput(w, _dy[i], Hidden(i), _gradients[i]))];

    public void Forward() => Ops.Linear(X, Forth, Layout);

    public void Backward(bool accumulateDx)
    {
        Ops.LinearInputBackward(Back, Layout, Dx, accumulateDx);
        Ops.LinearWeightBackward(X, Back, Layout);
    }

    /// <summary>Forward and backward in micro-batches of so many rows each.</summary>
    public void InMicroBatches(params int[] rowsOfEach)
    {
        int row = 0;
        foreach (int rows in rowsOfEach)
        {
            (SequenceLayout layout, int start, int count) = Layout.Rows(row, rows);
            Tensor x = X.Slice(start, count);
            LinearOutput[] back = Part(Back);
            Ops.Linear(x, Part(Forth), layout);
            Ops.LinearInputBackward(back, layout, Dx.Slice(start, count), false);
            Ops.LinearWeightBackward(x, back, layout);
            row += rows;

            LinearOutput[] Part(LinearOutput[] all) =>
                [.. all.Select(o => o with { Y = o.Y.Slice(start, count), Hidden = o.Hidden?.Slice(start, count) })];
        }
    }

    /// <summary>Results but dx, layer by layer, to be compared to the bit.</summary>
    public Dictionary<string, float[]> Everything()
    {
        var all = new Dictionary<string, float[]>();
        for (int i = 0; i < _weights.Length; i++)
        {
            LinearGradients g = _gradients[i];
            foreach ((string name, Tensor? tensor) in new[]
            {
                ("y", _y[i]), ("hidden", Hidden(i)), ("dW", g.Weight), ("db", g.Bias), ("dA", g.LoraA),
                ("dB", g.LoraB),
            })
            {
                if (tensor is not null)
                    all[$"{name} {i}"] = Read(tensor);
            }
        }

        return all;
    }

    /// <summary>What dx must be, of the gradients of the hidden values as they are held; no dropout.</summary>
    /// <param name="before">What it is added to; null for nothing.</param>
    public double[] InputGradient(double[]? before)
    {
        double[]? dx = before;
        int tokens = X.Shape[0], inputs = _options.Inputs;
        for (int i = 0; i < _weights.Length; i++)
        {
            dx = LinearCase.Product(
                Wide(_dy[i]), Wide(_weights[i].Weight), tokens, inputs, _options.Outputs[i], true, dx);
            if (_weights[i].Lora is { } lora)
                dx = LinearCase.Product(Wide(_hidden[i]), Wide(lora.A), tokens, inputs, lora.Rank, true, dx);
        }

        return dx!;
    }

    public double[] Wide(Tensor x) => Array.ConvertAll(Read(x), v => (double)v);

    /// <summary>The values of a tensor, or of columns of a wider one.</summary>
    public float[] Read(Tensor x)
    {
        if (x.IsDense)
            return _bench.Values(x);
        Tensor whole = Tensor.SideBySide(_y.Contains(x) ? _y : _dy.Contains(x) ? _dy : _hidden)!;
        float[] all = _bench.Values(whole);
        int width = whole.Shape[1], first = (int)((x.Address - whole.Address) / x.Type.Size());
        return [.. all.Chunk(width).SelectMany(row => row[first..(first + x.Shape[1])])];
    }

    private Tensor? Hidden(int layer) => _weights[layer].Lora is null ? null : _hidden[layer];

    /// <summary>Tensors [n, width], or [n] where width is 0, of random values.</summary>
    private Tensor[] Stack(string name, DType type, int width, int[] counts)
    {
        int[] Shape(int count) => width == 0 ? [count] : [count, width];
        float[][] values = [.. counts.Select(n => Random(n * Math.Max(width, 1)))];
        if (!_isTogether)
            return [.. counts.Select((n, i) => Made(name, type, values[i], Shape(n)))];
        Tensor whole = Made(name, type, [.. values.SelectMany(v => v)], Shape(counts.Sum()));
        return [.. counts.Select((n, i) => whole.Slice(counts.Take(i).Sum(), n))];
    }

    /// <summary>Matrices [rows, n] of random values.</summary>
    private Tensor[] Columns(string name, DType type, int rows, params int[] counts)
    {
        float[][] values = [.. counts.Select(n => Random(rows * n))];
        if (!_isTogether)
            return [.. counts.Select((n, i) => Made(name, type, values[i], [rows, n]))];
        float[] all =
        [
            .. Enumerable.Range(0, rows)
                .SelectMany(r => counts.SelectMany((n, i) => values[i][(r * n)..((r + 1) * n)])),
        ];
        Tensor whole = Made(name, type, all, [rows, counts.Sum()]);
        return [.. counts.Select((n, i) => whole.Columns(counts.Take(i).Sum(), n))];
    }

    private Tensor Made(string name, DType type, float[] values, int[] shape) => type == DType.BF16
        ? _bench.MakeWeight(name, bf16: true, values, shape).Tensor
        : _bench.Make(name, values, shape);

    private float[] Random(int count) => [.. Enumerable.Range(0, count).Select(_ => (_random.NextSingle() * 2) - 1)];
}
