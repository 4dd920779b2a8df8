using MolEngine.Basics.Numerics;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Tests;

/// <summary>What a case has beside a weight.</summary>
/// <param name="WideGradients">dy and dx are fp32 whatever the activations are.</param>
internal sealed record LinearOptions(
    DType WeightType = DType.F32, DType? BiasType = null, int Rank = 0, float Dropout = 0, int Inputs = 37,
    int Outputs = 29, bool WideGradients = false, DType LoraType = DType.F32);

/// <summary>
/// A random linear layer with its inputs and gradients on a backend, and what they must give in float64.
/// </summary>
internal sealed class LinearCase
{
    private readonly Bench _bench;
    private readonly Random _random = new(7);

    /// <param name="bench">The backend.</param>
    /// <param name="options">Kind of layer.</param>
    /// <param name="rows">Tokens of each packed row.</param>
    public LinearCase(Bench bench, LinearOptions options, params int[] rows)
    {
        _bench = bench;
        Options = options;
        int tokens = rows.Sum();
        DType activation = Ops.ActivationType, gradient = options.WideGradients ? DType.F32 : activation;
        X = Random("x", activation, tokens, options.Inputs);
        Dy = Random("dy", gradient, tokens, options.Outputs);
        LoraWeights? lora = options.Rank == 0 ? null : new LoraWeights(
            Random("lora A", options.LoraType, options.Rank, options.Inputs),
            Random("lora B", options.LoraType, options.Outputs, options.Rank), 1.75f, options.Dropout, 99);
        Tensor? bias = options.BiasType is { } type ? Random("bias", type, options.Outputs) : null;
        Weights = new LinearWeights(Random("weight", options.WeightType, options.Outputs, options.Inputs), bias, lora);
        TokenKeys = [.. Enumerable.Range(0, tokens).Select(t => 5_000_000_000L + (3 * t))];
        Layout = bench.Rows(rows) with { TokenKeys = bench.Make<long>("keys", DType.I64, TokenKeys, tokens) };
        Y = Random("y", activation, tokens, options.Outputs);
        Hidden = lora is null ? null : Random("hidden", activation, tokens, options.Rank);
        Dx = Random("dx", gradient, tokens, options.Inputs);
        Gradients = new LinearGradients(
            Random("dW", DType.F32, options.Outputs, options.Inputs),
            bias is null ? null : Random("db", DType.F32, options.Outputs),
            lora is null ? null : Random("dA", DType.F32, options.Rank, options.Inputs),
            lora is null ? null : Random("dB", DType.F32, options.Outputs, options.Rank));
    }

    public Ops.Ops Ops => _bench.Backend;

    public long[] TokenKeys { get; }

    public LinearOptions Options { get; }

    public LinearWeights Weights { get; }

    public SequenceLayout Layout { get; }

    public Tensor X { get; }

    public Tensor Dy { get; }

    public Tensor Y { get; }

    public Tensor? Hidden { get; }

    public Tensor Dx { get; }

    public LinearGradients Gradients { get; }

    public int Tokens => X.Shape[0];

    /// <summary>Results one after the other, to be compared to the bit.</summary>
    public float[][] Everything()
    {
        Tensor?[] tensors = [Y, Hidden, Dx, Gradients.Weight, Gradients.Bias, Gradients.LoraA, Gradients.LoraB];
        return [.. tensors.OfType<Tensor>().Select(_bench.Values)];
    }

    public void Forward() => Ops.Linear(X, Weights, Layout, Y, Hidden);

    public void Backward(bool accumulateDx) =>
        Ops.LinearBackward(Dy, X, Weights, Layout, Hidden, Gradients, Dx, accumulateDx);

    /// <summary>Forward and backward in micro-batches of so many rows each.</summary>
    public void InMicroBatches(params int[] rowsOfEach)
    {
        int row = 0;
        foreach (int rows in rowsOfEach)
        {
            (SequenceLayout layout, int start, int count) = Layout.Rows(row, rows);
            Tensor? hidden = Hidden?.Slice(start, count);
            Ops.Linear(X.Slice(start, count), Weights, layout, Y.Slice(start, count), hidden);
            Ops.LinearBackward(
                Dy.Slice(start, count), X.Slice(start, count), Weights, layout, hidden, Gradients,
                Dx.Slice(start, count), false);
            row += rows;
        }
    }

    /// <summary>Elements as float64, bf16 widened.</summary>
    public double[] Values(Tensor x) => Array.ConvertAll(_bench.Values(x), v => (double)v);

    public float[] Read(Tensor x) => _bench.Values(x);

    /// <summary>A matrix's elements as products take them: rounded where their operands are bf16.</summary>
    public double[] Multiplied(Tensor x) => Array.ConvertAll(_bench.Held(_bench.Values(x)), v => (double)v);

    /// <summary>What is made for a product, as it takes it: rounded where operands hold less.</summary>
    public double[] Taken(double[] made) => Ops.ActivationType == Ops.ProductType
        ? made
        : Array.ConvertAll(_bench.Held(Array.ConvertAll(made, v => (float)v)), v => (double)v);

    /// <summary>a [m, k] times b, stored [n, k] or, transposed, [k, n]; plus what was there.</summary>
    public static double[] Product(
        double[] a, double[] b, int m, int n, int k, bool bRowsAreK = false, double[]? onto = null)
    {
        double[] c = onto is null ? new double[m * n] : [.. onto];
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                for (int l = 0; l < k; l++)
                    c[(i * n) + j] += a[(i * k) + l] * (bRowsAreK ? b[(l * n) + j] : b[(j * k) + l]);
            }
        }

        return c;
    }

    public static double[] Transposed(double[] x, int rows, int columns)
    {
        var y = new double[x.Length];
        for (int i = 0; i < x.Length; i++)
            y[(i % columns * rows) + (i / columns)] = x[i];
        return y;
    }

    private Tensor Random(string name, DType type, params int[] shape)
    {
        float[] values = new float[shape.Aggregate(1, (a, b) => a * b)];
        for (int i = 0; i < values.Length; i++)
            values[i] = _random.NextSingle() - 0.5f;
        return type == DType.BF16
            ? _bench.Make<ushort>(name, type, Array.ConvertAll(values, Bf16.Round), shape)
            : _bench.Make(name, values, shape);
    }
}
