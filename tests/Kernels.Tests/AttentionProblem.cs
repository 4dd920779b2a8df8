using System.Runtime.InteropServices;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Tests;

/// <summary>
/// A document of random q, k, v and dy: the same seed and length give the same values wherever it stands.
/// </summary>
internal readonly record struct TestDocument(int Seed, int Length);

/// <summary>Attention's inputs and outputs for a batch of documents on one backend.</summary>
internal sealed class AttentionProblem : IDisposable
{
    private readonly Ops.Ops _ops;
    private readonly Arena _arena;
    private readonly HeadShape _heads;

    /// <param name="queryScale">Multiplies q: scores are about normal at 1.</param>
    public AttentionProblem(Ops.Ops ops, HeadShape heads, TestDocument[] documents, float queryScale = 1)
    {
        _ops = ops;
        _heads = heads;
        _arena = ops.CreateArena("attention test");
        Layout = MakeLayout(_arena, [.. documents.Select(d => d.Length)]);
        int t = Layout.Tokens, query = heads.QuerySize, key = heads.KeyValueSize;
        (Q, Dy, Y, Dq) = (Make("q", t, query), Make("dy", t, query), Make("y", t, query), Make("dq", t, query));
        (K, V, Dk, Dv) = (Make("k", t, key), Make("v", t, key), Make("dk", t, key), Make("dv", t, key));
        Lse = Make("lse", t, heads.QueryHeads);
        for (int d = 0; d < documents.Length; d++)
        {
            var random = new Random(documents[d].Seed);
            foreach (Tensor x in (Tensor[])[Q, K, V, Dy])
                Fill(random, Part(x, d), x == Q ? queryScale : 1);
        }

        foreach (Tensor x in (Tensor[])[Y, Lse, Dq, Dk, Dv])
            x.Span<float>().Fill(float.NaN);
    }

    public SequenceLayout Layout { get; }

    public Tensor Q { get; }

    public Tensor K { get; }

    public Tensor V { get; }

    public Tensor Dy { get; }

    public Tensor Y { get; }

    public Tensor Lse { get; }

    public Tensor Dq { get; }

    public Tensor Dk { get; }

    public Tensor Dv { get; }

    public Tensor[] Results => [Y, Lse, Dq, Dk, Dv];

    /// <summary>Forward, then backward.</summary>
    public AttentionProblem Run()
    {
        _ops.Attention(Q, K, V, _heads, Layout, Y, Lse);
        _ops.AttentionBackward(Dy, Q, K, V, Y, Lse, _heads, Layout, Dq, Dk, Dv);
        return this;
    }

    public AttentionOracle Oracle() => NewOracle().Forward().Backward(Doubles(Dy));

    public AttentionOracle ForwardOracle(int firstQuery) => NewOracle().Forward(firstQuery);

    /// <summary>A document's part of a tensor [T, ...].</summary>
    public Span<float> Part(Tensor x, int document)
    {
        int start = Layout.DocumentStarts[document];
        return x.Slice(start, Layout.DocumentStarts[document + 1] - start).Span<float>();
    }

    public static SequenceLayout MakeLayout(Arena arena, int[] lengths)
    {
        int[] starts = [0, .. lengths.Select((_, i) => lengths.Take(i + 1).Sum())];
        Tensor positions = arena.Allocate("positions", DType.I32, starts[^1]);
        for (int d = 0; d < lengths.Length; d++)
        {
            for (int i = 0; i < lengths[d]; i++)
                positions.Span<int>()[starts[d] + i] = i;
        }

        return new SequenceLayout([0, starts[^1]], starts, positions, arena.Allocate("token keys", DType.I64, starts[^1]));
    }

    public static double[] Doubles(Tensor x) => Array.ConvertAll(x.Span<float>().ToArray(), f => (double)f);

    /// <summary>Equal to the bit.</summary>
    public static void AssertSameBits(string what, ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        int at = MemoryMarshal.Cast<float, int>(a).CommonPrefixLength(MemoryMarshal.Cast<float, int>(b));
        Assert.True(at == a.Length && at == b.Length, $"{what}: lengths {a.Length} and {b.Length}, first difference at {at}");
    }

    /// <summary>Normal values (Box-Muller).</summary>
    public static void Fill(Random random, Span<float> x, float scale = 1)
    {
        for (int i = 0; i < x.Length; i++)
            x[i] = scale * (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
    }

    public void Dispose() => _arena.Dispose();

    private AttentionOracle NewOracle() => new(_heads, Layout.DocumentStarts, Doubles(Q), Doubles(K), Doubles(V));

    private Tensor Make(string name, params int[] dimensions) => _arena.Allocate(name, DType.F32, dimensions);
}
