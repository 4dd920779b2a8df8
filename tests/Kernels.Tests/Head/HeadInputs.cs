using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;
using Bf16Numbers = MolEngine.Basics.Numerics.Bf16;

namespace MolEngine.Kernels.Tests.Head;

/// <summary>
/// What a test asks of the head. Base and student see one weight [V, H] and hidden states X0 and X [T, H].
/// </summary>
internal sealed record HeadInputs
{
    public required int Vocabulary { get; init; }

    public required int Hidden { get; init; }

    /// <summary>n; 0 for cross-entropy without a base.</summary>
    public required int TopN { get; init; }

    public required float[] Weight { get; init; }

    public required float[] X0 { get; init; }

    public required float[] X { get; init; }

    public required int[] Targets { get; init; }

    public required float[] CeWeight { get; init; }

    public required float[] KlWeight { get; init; }

    public required int[] RowStarts { get; init; }

    /// <summary>The weight is stored as bf16; its values then are bf16 numbers.</summary>
    public bool Bf16 { get; init; }

    /// <summary>Null: every token's losses are plain.</summary>
    public LossForms[]? Forms { get; init; }

    /// <summary>Null as <see cref="Forms"/> is.</summary>
    public float[]? ForwardShare { get; init; }

    public int Tokens => Targets.Length;

    public static HeadInputs Random(int seed, int vocabulary, int hidden, int topN, int[] rowStarts, bool bf16 = false)
    {
        var random = new Random(seed);
        int tokens = rowStarts[^1];
        float[] weight = Normal(random, vocabulary * hidden, 0.4);
        if (bf16)
            weight = Array.ConvertAll(weight, RoundToBf16);
        float[] x0 = Normal(random, tokens * hidden, 1);
        int[] targets = [.. Enumerable.Range(0, tokens).Select(_ => random.Next(vocabulary))];
        // Every third token is drawn to its target and every fourth has none; the student is off by 0 to 1.
        for (int t = 0; t < tokens; t++)
        {
            for (int h = 0; h < hidden && t % 3 == 0; h++)
                x0[t * hidden + h] += 3 * weight[targets[t] * hidden + h];
        }

        float[] x = [.. x0];
        for (int i = 0; i < x.Length; i++)
            x[i] += (float)(Math.Pow(10, -(i / hidden) % 5) * (random.NextDouble() - 0.5));
        float[] ce = [.. targets.Select((_, t) => t % 2 == 0 ? 0.99f : 0.01f)];
        return new HeadInputs
        {
            Vocabulary = vocabulary,
            Hidden = hidden,
            TopN = topN,
            Weight = weight,
            X0 = x0,
            X = x,
            RowStarts = rowStarts,
            Bf16 = bf16,
            Targets = [.. targets.Select((y, t) => t % 4 == 3 ? -1 : y)],
            CeWeight = ce,
            KlWeight = topN == 0 ? new float[tokens] : Array.ConvertAll(ce, a => 1 - a),
        };
    }

    /// <summary>One token whose base and student logits are exactly the given numbers.</summary>
    public static HeadInputs OfLogits(float[] baseLogits, float[] logits, int topN, int target, float ce, float kl)
    {
        var weight = new float[2 * logits.Length];
        for (int v = 0; v < logits.Length; v++)
            (weight[2 * v], weight[2 * v + 1]) = (baseLogits[v], logits[v]);
        return new HeadInputs
        {
            Vocabulary = logits.Length,
            Hidden = 2,
            TopN = topN,
            Weight = weight,
            X0 = [1, 0],
            X = [0, 1],
            Targets = [target],
            CeWeight = [ce],
            KlWeight = [kl],
            RowStarts = [0, 1],
        };
    }

    /// <summary>The given rows of the batch as a batch of their own.</summary>
    public HeadInputs Rows(int first, int count)
    {
        int start = RowStarts[first], end = RowStarts[first + count];
        return this with
        {
            X0 = X0[(start * Hidden)..(end * Hidden)],
            X = X[(start * Hidden)..(end * Hidden)],
            Targets = Targets[start..end],
            CeWeight = CeWeight[start..end],
            KlWeight = KlWeight[start..end],
            Forms = Forms?[start..end],
            ForwardShare = ForwardShare?[start..end],
            RowStarts = [.. RowStarts[first..(first + count + 1)].Select(r => r - start)],
        };
    }

    /// <summary>
    /// What a backend of this activation type is given: bf16 numbers, the weight's too, whatever it is stored as.
    /// </summary>
    public HeadInputs HeldAs(DType activations) => activations == DType.F32 ? this : this with
    {
        Weight = Array.ConvertAll(Weight, RoundToBf16),
        X0 = Array.ConvertAll(X0, RoundToBf16),
        X = Array.ConvertAll(X, RoundToBf16),
    };

    public HeadInputs WithForm(LossForms form, float forwardShare) => this with
    {
        Forms = [.. Targets.Select(_ => form)],
        ForwardShare = [.. Targets.Select(_ => forwardShare)],
    };

    public HeadInputs WithWeights(float ce, float kl) => this with
    {
        CeWeight = [.. Targets.Select(_ => ce)],
        KlWeight = [.. Targets.Select(_ => kl)],
    };

    public static float[] Normal(Random random, int count, double deviation)
    {
        var x = new float[count];
        for (int i = 0; i < count; i++)
        {
            double u = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            x[i] = (float)(deviation * u * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return x;
    }

    public static float RoundToBf16(float x) => Bf16Numbers.Widen(Bf16Numbers.Round(x));

    public Tensor WeightTensor(Ops.Ops ops, Arena arena)
    {
        if (!Bf16)
        {
            Tensor wide = arena.Allocate("weight", DType.F32, Vocabulary, Hidden);
            ops.Upload<float>(Weight, wide);
            return wide;
        }

        Tensor narrow = arena.Allocate("weight", DType.BF16, Vocabulary, Hidden);
        ops.Upload<ushort>(Array.ConvertAll(Weight, w => (ushort)(BitConverter.SingleToUInt32Bits(w) >> 16)), narrow);
        return narrow;
    }
}
