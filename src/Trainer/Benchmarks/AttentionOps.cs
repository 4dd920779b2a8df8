using MolEngine.Basics.Text;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Trainer.Benchmarks;

/// <summary>Norms and rotation of the heads, and attention over one document.</summary>
internal static class AttentionOps
{
    private const float Eps = 1e-6f;

    /// <summary>Operations for each pair of a query and a key that it sees, and element of a head.</summary>
    private const int ForwardOperations = 4, BackwardOperations = 10;

    public static IEnumerable<BenchCase> Of(BenchInputs i)
    {
        HeadShape heads = i.Model.Heads;
        Tensor q = i.Activations("q", heads.QuerySize), k = i.Activations("k", heads.KeyValueSize);
        return [.. Rotation(i, q, k), .. Attention(i, q, k)];
    }

    private static IEnumerable<BenchCase> Rotation(BenchInputs i, Tensor q, Tensor k)
    {
        HeadShape heads = i.Model.Heads;
        int dim = heads.HeadDim;
        Tensor qOut = i.Activations("q out", heads.QuerySize), kOut = i.Activations("k out", heads.KeyValueSize);
        var rotary = new RotaryTable(i.Singles("cos", dim / 2), i.Singles("sin", dim / 2));
        QkNorm? frozen = Norm(DType.BF16), trained = Norm(DType.F32);
        string shape = $"{Counts.Of(i.Tokens, "token")}, {heads}";
        long tables = rotary.Cos.Bytes + rotary.Sin.Bytes + i.Layout.Positions.Bytes;
        long moved = ((frozen is null ? 2 : 3) * (q.Bytes + k.Bytes)) + tables, partial = i.Chunks * dim * 4;
        yield return new BenchCase(
            "QkNormRope", shape, () => i.Ops.QkNormRope(q, k, heads, frozen, rotary, i.Layout, qOut, kOut));
        yield return new BenchCase(
            "QkNormRopeBackward", shape,
            () => i.Ops.QkNormRopeBackward(qOut, kOut, q, k, heads, frozen, rotary, i.Layout, null, null))
        {
            Bytes = new Dictionary<string, long> { ["qk_norm_rope_backward"] = moved },
        };
        if (trained is null)
            yield break;
        Tensor dQuery = i.Zeros("query norm gradient", DType.F32, dim);
        Tensor dKey = i.Zeros("key norm gradient", DType.F32, dim);
        yield return new BenchCase(
            "QkNormRopeBackward, full", shape,
            () => i.Ops.QkNormRopeBackward(qOut, kOut, q, k, heads, trained, rotary, i.Layout, dQuery, dKey))
        {
            Bytes = new Dictionary<string, long>
            {
                ["qk_norm_rope_backward"] = moved + (2 * partial),
                ["add_rows"] = 2 * (partial + (2 * dKey.Bytes)),
            },
        };

        QkNorm? Norm(DType type) => i.Model.QkNorm
            ? new QkNorm(i.Random("query norm", type, dim), i.Random("key norm", type, dim), Eps)
            : null;
    }

    private static IEnumerable<BenchCase> Attention(BenchInputs i, Tensor q, Tensor k)
    {
        HeadShape heads = i.Model.Heads;
        Tensor v = i.Activations("v", heads.KeyValueSize), y = i.Activations("y", heads.QuerySize);
        Tensor dy = i.Activations("dy", heads.QuerySize), dq = i.Activations("dq", heads.QuerySize);
        Tensor dk = i.Activations("dk", heads.KeyValueSize), dv = i.Activations("dv", heads.KeyValueSize);
        Tensor lse = i.Zeros("lse", DType.F32, i.Tokens, heads.QueryHeads);
        double pairs = i.Tokens * (i.Tokens + 1.0) / 2 * heads.QuerySize;
        long read = q.Bytes + k.Bytes + v.Bytes + dy.Bytes, terms = 2 * lse.Bytes;
        string shape = $"{Counts.Of(i.Tokens, "token")}, {heads}";
        yield return new BenchCase("Attention", shape, () => i.Ops.Attention(q, k, v, heads, i.Layout, y, lse))
        {
            Flops = ForwardOperations * pairs,
        };
        yield return new BenchCase(
            "AttentionBackward", shape,
            () => i.Ops.AttentionBackward(dy, q, k, v, y, lse, heads, i.Layout, dq, dk, dv))
        {
            Flops = BackwardOperations * pairs,
            Bytes = new Dictionary<string, long>
            {
                ["attention_terms"] = y.Bytes + dy.Bytes + lse.Bytes + terms,
                ["attention_dq"] = read + dq.Bytes + terms,
                ["attention_dkv"] = read + dk.Bytes + dv.Bytes + terms,
            },
        };
    }
}
