using System.Runtime.InteropServices;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Tests;

/// <summary>
/// A document of random q, k, v and dy: the same seed and length give the same values wherever it stands.
/// </summary>
internal readonly record struct TestDocument(int Seed, int Length);

/// <summary>Attention's inputs and outputs for a batch of documents on one backend.</summary>
internal sealed class AttentionProblem
{
    private readonly Bench _bench;
    private readonly HeadShape _heads;
    private readonly Dictionary<string, float[]> _values = [];

    /// <param name="queryScale">Multiplies q: scores are about normal at 1.</param>
    public AttentionProblem(Bench bench, HeadShape heads, TestDocument[] documents, float queryScale = 1)
    {
        (_bench, _heads) = (bench, heads);
        Layout = MakeLayout(bench, [.. documents.Select(d => d.Length)]);
        foreach (string name in (string[])["q", "k", "v", "dy"])
            _values[name] = new float[Layout.Tokens * Width(name)];
        for (int d = 0; d < documents.Length; d++)
        {
            var random = new Random(documents[d].Seed);
            foreach (string name in (string[])["q", "k", "v", "dy"])
                Fill(random, Part(_values[name], Width(name), d), name == "q" ? queryScale : 1);
        }

        foreach (string name in _values.Keys)
            _values[name] = bench.Held(_values[name]);
    }

    public SequenceLayout Layout { get; }

    /// <summary>Changes values of an input before it goes to the device.</summary>
    public AttentionProblem Set(string name, Action<Memory<float>> change)
    {
        change(_values[name]);
        _values[name] = _bench.Held(_values[name]);
        return this;
    }

    /// <summary>Values of q, k, v or dy.</summary>
    public float[] Values(string name) => _values[name];

    /// <summary>An input on the device.</summary>
    public Tensor Make(string name) => _bench.MakeActivation(name, _values[name], Layout.Tokens, Width(name));

    /// <summary>Forward, then backward: y, lse, dq, dk, dv.</summary>
    public AttentionResults Run()
    {
        Tensor q = Make("q"), k = Make("k"), v = Make("v"), dy = Make("dy");
        int t = Layout.Tokens;
        Tensor y = Result("q", "y"), lse = _bench.Make("lse", NaN(t * _heads.QueryHeads), t, _heads.QueryHeads);
        Tensor dq = Result("q", "dq"), dk = Result("k", "dk"), dv = Result("v", "dv");
        _bench.Backend.Attention(q, k, v, _heads, Layout, y, lse);
        _bench.Backend.AttentionBackward(dy, q, k, v, y, lse, _heads, Layout, dq, dk, dv);
        return new AttentionResults(
            _bench.Values(y), _bench.Values(lse), _bench.Values(dq), _bench.Values(dk), _bench.Values(dv));
    }

    /// <summary>A tensor of NaN in the shape of an input.</summary>
    public Tensor Result(string like, string name) =>
        _bench.MakeActivation(name, NaN(Layout.Tokens * Width(like)), Layout.Tokens, Width(like));

    public AttentionOracle Oracle() => NewOracle().Forward().Backward(Doubles(_values["dy"]));

    public AttentionOracle ForwardOracle(int firstQuery) => NewOracle().Forward(firstQuery);

    /// <summary>A document's part of an array [T, width].</summary>
    public Span<float> Part(float[] values, int width, int document)
    {
        int start = Layout.DocumentStarts[document];
        return values.AsSpan(start * width, (Layout.DocumentStarts[document + 1] - start) * width);
    }

    public static SequenceLayout MakeLayout(Bench bench, int[] lengths)
    {
        int[] starts = [0, .. lengths.Select((_, i) => lengths.Take(i + 1).Sum())];
        int[] positions = [.. lengths.SelectMany(length => Enumerable.Range(0, length))];
        return new SequenceLayout(
            [0, starts[^1]], starts, bench.Make<int>("positions", DType.I32, positions, starts[^1]),
            bench.Empty("token keys", DType.I64, starts[^1]));
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

        return new SequenceLayout(
            [0, starts[^1]], starts, positions, arena.Allocate("token keys", DType.I64, starts[^1]));
    }

    public static double[] Doubles(Tensor x) => Doubles(x.Span<float>().ToArray());

    public static double[] Doubles(float[] x) => Array.ConvertAll(x, f => (double)f);

    /// <summary>Equal to the bit.</summary>
    public static void AssertSameBits(string what, ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        int at = MemoryMarshal.Cast<float, int>(a).CommonPrefixLength(MemoryMarshal.Cast<float, int>(b));
        Assert.True(
            at == a.Length && at == b.Length, $"{what}: lengths {a.Length} and {b.Length}, first difference at {at}");
    }

    /// <summary>Normal values (Box-Muller).</summary>
    public static void Fill(Random random, Span<float> x, float scale = 1)
    {
        for (int i = 0; i < x.Length; i++)
            x[i] = scale * (float)(
                Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
    }

    private AttentionOracle NewOracle() =>
        new(_heads, Layout.DocumentStarts, Doubles(_values["q"]), Doubles(_values["k"]), Doubles(_values["v"]));

    private int Width(string name) => name is "q" or "dy" ? _heads.QuerySize : _heads.KeyValueSize;

    private static float[] NaN(int count) => [.. Enumerable.Repeat(float.NaN, count)];
}
