using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Tests.Cuda.Far;

/// <summary>Rows, ids and pages beyond 2^31 elements: kernels that count in 32 bits go elsewhere.</summary>
public sealed class FarOpsTests
{
    private const int Width = 4096;

    private static readonly HeadShape Heads = new(16, 8, 128);

    public static TheoryData<DType> Types => [DType.F32, DType.BF16];

    [Theory]
    [InlineData(DType.F32, DType.BF16)]
    [InlineData(DType.BF16, DType.F32)]
    [InlineData(DType.F16, DType.F32)]
    [InlineData(DType.F64, DType.F32)]
    public void Conversions(DType from, DType to) => FarWorld.Compare(DType.F32, Width, w =>
    {
        Tensor y = w.Zeros("y", to, w.Rows, Width);
        w.Ops.Copy(w.Filled("x", from, Width, 1), y);
        return [y];
    });

    [Fact]
    public void Sums() => FarWorld.Compare(DType.F32, Width, w =>
    {
        Tensor y = w.Filled("y", DType.F32, Width, 2);
        w.Ops.Add(w.Filled("x", DType.F32, Width, 1), y);
        return [y];
    });

    [Theory]
    [MemberData(nameof(Types))]
    public void Norms(DType type) => FarWorld.Compare(type, Width, w =>
    {
        Tensor x = w.Filled("x", DType.F32, Width, 1), weight = w.Whole("weight", DType.F32, 2, Width);
        Tensor delta = w.Filled("delta", Width, 3), y = w.Zeros("y", type, w.Rows, Width);
        Tensor sum = w.Zeros("sum", DType.F32, w.Rows, Width), normed = w.Zeros("normed", type, w.Rows, Width);
        Tensor dx = w.Zeros("dx", DType.F32, w.Rows, Width);
        Tensor rstd = w.Zeros("rstd", DType.F32, w.Rows), second = w.Zeros("second rstd", DType.F32, w.Rows);
        w.Ops.RmsNorm(x, weight, 1e-6f, y, rstd);
        w.Ops.AddRmsNorm(x, delta, weight, 1e-6f, sum, normed, second);
        Tensor again = w.Zeros("again", type, w.Rows, Width), rounded = w.Zeros("rounded", type, w.Rows, Width);
        w.Ops.RmsNormBackward(w.Filled("dy", Width, 4), x, weight, rstd, w.Layout, dx, null, again, rounded);
        return [y, rstd, sum, normed, second, dx, again, rounded];
    });

    [Theory]
    [MemberData(nameof(Types))]
    public void Gates(DType type) => FarWorld.Compare(type, Width, w =>
    {
        Tensor gate = w.Filled("gate", Width, 1), up = w.Filled("up", Width, 2), dy = w.Filled("dy", Width, 3);
        Tensor y = w.Zeros("y", type, w.Rows, Width);
        Tensor dGate = w.Zeros("d gate", type, w.Rows, Width), dUp = w.Zeros("d up", type, w.Rows, Width);
        w.Ops.SwiGlu(gate, up, y);
        Tensor again = w.Zeros("again", type, w.Rows, Width);
        w.Ops.SwiGluBackward(dy, gate, up, dGate, dUp, again);
        return [y, dGate, dUp, again];
    });

    [Theory]
    [MemberData(nameof(Types))]
    public void Rotated_heads(DType type) => FarWorld.Compare(type, Heads.KeyValueSize, w =>
    {
        var rotary = new RotaryTable(w.Whole("cos", DType.F32, 1, 64, 64), w.Whole("sin", DType.F32, 2, 64, 64));
        var norm = new QkNorm(w.Whole("q norm", DType.F32, 3, 128), w.Whole("k norm", DType.F32, 4, 128), 1e-6f);
        Tensor q = w.Filled("q", Heads.QuerySize, 5), k = w.Filled("k", Heads.KeyValueSize, 6);
        Tensor qOut = w.Zeros("q out", type, w.Rows, Heads.QuerySize);
        Tensor kOut = w.Zeros("k out", type, w.Rows, Heads.KeyValueSize);
        Tensor dq = w.Filled("dq", Heads.QuerySize, 7), dk = w.Filled("dk", Heads.KeyValueSize, 8);
        w.Ops.QkNormRope(q, k, Heads, norm, rotary, w.Layout, qOut, kOut);
        w.Ops.QkNormRopeBackward(dq, dk, q, k, Heads, norm, rotary, w.Layout, null, null);
        return [qOut, kOut, dq, dk];
    });

    /// <summary>Documents of so many tokens that the table of angles goes beyond.</summary>
    [Theory]
    [MemberData(nameof(Types))]
    public void Rotated_by_far_positions(DType type) => FarWorld.Compare(type, 64, w =>
    {
        // Far: the table; the same few tokens stand at its end.
        using var few = new FarWorld(type, FarWorld.Last);
        var rotary = new RotaryTable(w.Filled("cos", DType.F32, 64, 1), w.Filled("sin", DType.F32, 64, 2));
        Tensor positions = w.Zeros("few positions", DType.I32, FarWorld.Last);
        w.Ops.Upload<int>([.. Enumerable.Range(w.Rows - FarWorld.Last, FarWorld.Last)], positions);
        SequenceLayout layout = few.Layout with { Positions = positions, TokenKeys = FarWorld.End(w.Layout.TokenKeys) };
        Tensor q = w.Whole("q", type, 5, FarWorld.Last, 256), k = w.Whole("k", type, 6, FarWorld.Last, 128);
        Tensor qOut = w.Zeros("q out", type, FarWorld.Last, 256), kOut = w.Zeros("k out", type, FarWorld.Last, 128);
        w.Ops.QkNormRope(q, k, new HeadShape(2, 1, 128), null, rotary, layout, qOut, kOut);
        return [qOut, kOut];
    });

    [Theory]
    [MemberData(nameof(Types))]
    public void Embeddings_of_many_tokens(DType type) => FarWorld.Compare(DType.F32, Width, w =>
    {
        Tensor ids = w.Zeros("ids", DType.I32, w.Rows), y = w.Zeros("y", DType.F32, w.Rows, Width);
        w.Ops.Upload<int>([.. Enumerable.Range(3, FarWorld.Last)], FarWorld.End(ids));
        w.Ops.Embedding(ids, w.Whole("weight", type, 1, 50, Width), y);
        return [y];
    });

    [Theory]
    [MemberData(nameof(Types))]
    public void Embeddings_of_far_ids(DType type) => FarWorld.Compare(DType.F32, Width, w =>
    {
        Tensor ids = w.Zeros("ids", DType.I32, FarWorld.Last);
        w.Ops.Upload<int>([.. Enumerable.Range(w.Rows - FarWorld.Last, FarWorld.Last).Reverse()], ids);
        Tensor y = w.Zeros("y", DType.F32, FarWorld.Last, Width), dWeight = w.Filled("dW", DType.F32, Width, 2);
        w.Ops.Embedding(ids, w.Filled("weight", type, Width, 1), y);
        w.Ops.EmbeddingBackward(y, ids, dWeight);
        return [y, dWeight];
    });

    [Theory]
    [MemberData(nameof(Types))]
    public void Attention_of_many_tokens(DType type) => FarWorld.Compare(type, Heads.KeyValueSize, w =>
    {
        Tensor q = w.Filled("q", Heads.QuerySize, 1), k = w.Filled("k", Heads.KeyValueSize, 2);
        Tensor v = w.Filled("v", Heads.KeyValueSize, 3), dy = w.Filled("dy", Heads.QuerySize, 4);
        Tensor Out(string name, int width) => w.Zeros(name, type, w.Rows, width);
        Tensor y = Out("y", Heads.QuerySize), dq = Out("dq", Heads.QuerySize);
        Tensor dk = Out("dk", Heads.KeyValueSize), dv = Out("dv", Heads.KeyValueSize);
        Tensor lse = w.Zeros("lse", DType.F32, w.Rows, Heads.QueryHeads);
        w.Ops.Attention(q, k, v, Heads, w.Layout, y, lse);
        w.Ops.AttentionBackward(dy, q, k, v, y, lse, Heads, w.Layout, dq, dk, dv);
        return [y, lse, dq, dk, dv];
    });

    /// <summary>Few new tokens, over pages, and many, whose pages are gathered.</summary>
    [Theory]
    [InlineData(DType.F32, 1)]
    [InlineData(DType.F32, 20)]
    [InlineData(DType.BF16, 1)]
    [InlineData(DType.BF16, 20)]
    public void Attention_over_far_pages(DType type, int added)
    {
        const int Kept = 70;
        int page = PagedLayout.PageTokens * Heads.KeyValueSize;
        FarWorld.Compare(type, page, w =>
        {
            Tensor keys = w.Zeros("keys", type, w.Rows, page), values = w.Zeros("values", type, w.Rows, page);
            int[][] pages = [[w.Rows - 2, w.Rows - 7]];
            Append(Kept, 0, 1);
            PagedLayout layout = Append(added, Kept, 2);
            Tensor y = w.Zeros("y", type, added, Heads.QuerySize);
            w.Ops.AttentionPaged(
                w.Whole("q", type, 3, added, Heads.QuerySize), keys, values, Heads, layout, y);
            return [y];

            PagedLayout Append(int count, int start, int seed)
            {
                var tokens = new SequenceLayout(
                    [0, count], [0, count], w.Zeros("positions", DType.I32, count),
                    w.Zeros("keys", DType.I64, count));
                var appended = new PagedLayout(tokens, [start], pages);
                w.Ops.AppendToPages(
                    w.Whole("k", type, 10 * seed, count, Heads.KeyValueSize),
                    w.Whole("v", type, 11 * seed, count, Heads.KeyValueSize), Heads, appended, keys, values);
                return appended;
            }
        });
    }

    /// <summary>Tokens without a target take no part; those that have one stand at the end.</summary>
    [Theory]
    [MemberData(nameof(Types))]
    public void Head_of_many_tokens(DType type) => FarWorld.Compare(type, Width, w =>
    {
        const int Vocabulary = 40, TopN = 5;
        int[] known = [.. Enumerable.Repeat(-1, w.Rows - FarWorld.Last), .. Enumerable.Range(2, FarWorld.Last)];
        Tensor ids = w.Zeros("targets", DType.I32, w.Rows), ones = w.Zeros("ones", DType.F32, w.Rows);
        w.Ops.Upload<int>(known, ids);
        w.Ops.Upload<float>([.. Enumerable.Repeat(1f, FarWorld.Last)], FarWorld.End(ones));
        var targets = new HeadTargets(ids, ones, ones) { Known = new KnownTargets(known, HasKl: true) };
        Tensor F64(string name) => w.Zeros(name, DType.F64, w.Rows);
        var list = new BaseDistribution(
            w.Zeros("top ids", DType.I32, w.Rows, TopN), w.Zeros("top logits", DType.F64, w.Rows, TopN), F64("lse"),
            F64("tail lse"));
        HeadResult result = HeadResult.Allocate(F64);
        Tensor hidden = w.Filled("hidden", DType.F32, Width, 1), weight = w.Whole("weight", type, 2, Vocabulary, Width);
        Tensor dHidden = w.Zeros("d hidden", DType.F32, w.Rows, Width);
        w.Ops.BaseTopN(w.Filled("base", DType.F32, Width, 3), weight, targets, list);
        w.Ops.MolHead(hidden, weight, targets, list, w.Layout, result, dHidden, null);
        return [list.TopLogits, result.CrossEntropy, result.KlDivergence, dHidden];
    });

    [Fact]
    public void Updates() => FarWorld.Compare(DType.BF16, Width, w =>
    {
        Tensor value = w.Filled("value", DType.F32, Width, 1), gradient = w.Filled("gradient", DType.F32, Width, 2);
        Tensor m = w.Filled("m", DType.F32, Width, 3), v = w.Zeros("v", DType.F32, w.Rows, Width);
        Tensor copy = w.Zeros("copy", DType.BF16, w.Rows, Width);
        w.Ops.AdamW(
            [new AdamWTensors(value, gradient, m, v, Copy: copy)],
            new AdamWStep(0.01, 0.9, 0.95, 1e-8, 0.1, 0.1, 0.05, 1));
        return [value, m, v, copy];
    });
}
