using MolEngine.Basics.Numerics;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Cuda.Attention;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Checks.Attention;

/// <summary>Attention's inputs, and what the CPU makes of them.</summary>
internal sealed class AttentionCheckProblem
{
    /// <summary>Of a score, relatively, in fp32: its sum, its product with log2 e, and the subtraction.</summary>
    private const double ScoreError = 1.0 / (1 << 20);

    /// <summary>
    /// Of all of a result in bf16. A result that is cut off is 0.0027 smaller on the average, and 0.0007 where a fourth
    /// of it is; rounding moves each of n by 0.0011 in the mean square, and their mean by that over sqrt(n).
    /// </summary>
    private const double Bf16Gain = 2.5e-4;

    public AttentionCheckProblem(AttentionCheckShape shape, bool isBf16)
    {
        (Shape, IsBf16) = (shape, isBf16);
        int t = shape.Tokens, query = shape.Heads.QuerySize, key = shape.Heads.KeyValueSize;
        (Q, Dy) = (Held(CheckValues.Uniform(t * query, 1, 2)), Held(CheckValues.Uniform(t * query, 2)));
        (K, V) = (Held(CheckValues.Uniform(t * key, 3, 2)), Held(CheckValues.Uniform(t * key, 4)));
        if (shape.Rises.Count > 0)
            AddRises();
        using Ops.Ops cpu = CpuBackend.Create();
        using Arena arena = cpu.CreateArena("check");
        Tensor q = Make("q", query, Q), k = Make("k", key, K), v = Make("v", key, V), dy = Make("dy", query, Dy);
        Tensor y = Make("y", query), lse = Make("lse", shape.Heads.QueryHeads);
        Tensor dq = Make("dq", query), dk = Make("dk", key), dv = Make("dv", key);
        var layout = new SequenceLayout(
            [0, t], shape.Starts, arena.Allocate("positions", DType.I32, t), arena.Allocate("keys", DType.I64, t));
        cpu.Attention(q, k, v, shape.Heads, layout, y, lse);
        cpu.AttentionBackward(dy, q, k, v, y, lse, shape.Heads, layout, dq, dk, dv);
        (Y, Lse) = (y.Span<float>().ToArray(), lse.Span<float>().ToArray());
        (Dq, Dk, Dv) = (dq.Span<float>().ToArray(), dk.Span<float>().ToArray(), dv.Span<float>().ToArray());

        Tensor Make(string name, int width, float[]? values = null)
        {
            Tensor tensor = arena.Allocate(name, DType.F32, t, width);
            values?.CopyTo(tensor.Span<float>());
            return tensor;
        }
    }

    public AttentionCheckShape Shape { get; }

    public bool IsBf16 { get; }

    /// <summary>Queries, keys and values lie side by side, and so do the gradients of keys and values.</summary>
    public AttentionShape Arguments
    {
        get
        {
            int all = Shape.Heads.QuerySize + (2 * Shape.Heads.KeyValueSize), two = 2 * Shape.Heads.KeyValueSize;
            return new AttentionShape(Shape.Heads) with
            {
                QueryStride = all,
                KeyStride = all,
                ValueStride = all,
                KeyGradientStride = two,
                ValueGradientStride = two,
            };
        }
    }

    public float[] Q { get; }

    public float[] K { get; }

    public float[] V { get; }

    public float[] Dy { get; }

    public float[] Y { get; }

    public float[] Lse { get; }

    public float[] Dq { get; }

    public float[] Dk { get; }

    public float[] Dv { get; }

    /// <summary>(lse, sum of dy y) of each head and token; in bf16 the first to base 2.</summary>
    public float[] Terms
    {
        get
        {
            int t = Shape.Tokens, heads = Shape.Heads.QueryHeads, d = Shape.Heads.HeadDim;
            var terms = new float[2 * heads * t];
            float[] y = Held(Y);
            for (int row = 0; row < t * heads; row++)
            {
                double delta = 0;
                for (int i = row * d; i < (row + 1) * d; i++)
                    delta += (double)y[i] * Dy[i];
                int at = 2 * ((row % heads * t) + (row / heads));
                (terms[at], terms[at + 1]) = ((float)(Lse[row] * (IsBf16 ? 1 / Math.Log(2) : 1)), (float)delta);
            }

            return terms;
        }
    }

    /// <summary>Queries, keys and values in memory, and where each begins.</summary>
    public (ulong Q, ulong K, ulong V) Heads(KernelCase one)
    {
        ulong q = Input(one, "q, k, v", CheckValues.SideBySide(Shape.Tokens, Q, K, V)).Address;
        ulong size = IsBf16 ? 2u : 4u, k = q + (size * (ulong)Shape.Heads.QuerySize);
        return (q, k, k + (size * (ulong)Shape.Heads.KeyValueSize));
    }

    /// <summary>Bytes of arrays of activations that together have so many elements.</summary>
    public long Bytes(params float[][] arrays) => arrays.Sum(a => (long)a.Length) * (IsBf16 ? 2 : 4);

    public DeviceMemory Input(KernelCase one, string name, float[] values) => IsBf16
        ? one.Input<ushort>(name, Array.ConvertAll(values, Bf16.Round))
        : one.Input<float>(name, values);

    public DeviceMemory Output(KernelCase one, string name, int count) =>
        IsBf16 ? one.Output<ushort>(name, count) : one.Output<float>(name, count);

    /// <summary>
    /// Compares as a whole: rounding errors are relative to the terms of sums, not to the sums, and an error of a score
    /// is one of its weight, relatively. In bf16 what is rounded errs to both sides, which nearly cancels.
    /// </summary>
    public void Expect(KernelCase one, DeviceMemory memory, float[] expected, double relative)
    {
        double bound = relative + (Shape.LargestScore * ScoreError);
        if (IsBf16)
        {
            double gain = Bf16Gain + bound - relative;
            one.ExpectWhole<ushort>(memory, expected, bound, i => Place(i, expected.Length), gain);
        }
        else
        {
            one.ExpectWhole<float>(memory, expected, bound, i => Place(i, expected.Length));
        }
    }

    /// <summary>Where an element of an array [T, heads, any] stands.</summary>
    public string Place(int index, int length)
    {
        int width = length / Shape.Tokens, token = index / width;
        int document = Array.FindLastIndex(Shape.Starts, s => s <= token);
        int heads = width == Shape.Heads.QueryHeads ? width : width / Shape.Heads.HeadDim;
        return $"document {document}, token {token - Shape.Starts[document]}, head {index % width / (width / heads)}";
    }

    /// <summary>
    /// Through the first feature: large in queries, small in keys, which multiply rounded differences on the way back.
    /// </summary>
    private void AddRises()
    {
        int d = Shape.Heads.HeadDim;
        for (int document = 0; document < Shape.Lengths.Length; document++)
        {
            float rise = Held((float)(Shape.Rises[document] * Math.Sqrt(d)));
            for (int j = 0; j < Shape.Lengths[document]; j++)
            {
                int token = Shape.Starts[document] + j;
                Set(Q, token * Shape.Heads.QuerySize, Shape.Heads.QuerySize, rise);
                Set(K, token * Shape.Heads.KeyValueSize, Shape.Heads.KeyValueSize, Shape.StepOf(document, j));
            }
        }

        void Set(float[] values, int from, int count, float value)
        {
            for (int i = from; i < from + count; i += d)
                values[i] = value;
        }
    }

    private float Held(float value) => IsBf16 ? Bf16.Widen(Bf16.Round(value)) : value;

    private float[] Held(float[] values) =>
        IsBf16 ? Array.ConvertAll(values, x => Bf16.Widen(Bf16.Round(x))) : values;
}
