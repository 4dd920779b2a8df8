using MolEngine.Kernels.Tensors;

namespace MolEngine.Trainer.Benchmarks;

/// <summary>What stands on the residual stream: the embedding and the RMS norms.</summary>
internal static class ResidualOps
{
    private const float Eps = 1e-6f;

    public static IEnumerable<BenchCase> Of(BenchInputs inputs) => [.. Embedding(inputs), .. Norms(inputs)];

    private static IEnumerable<BenchCase> Embedding(BenchInputs i)
    {
        int hidden = i.Model.Hidden, vocabulary = i.Model.Vocabulary;
        long tokens = i.Tokens, rows = Math.Min(tokens, vocabulary);
        Tensor ids = i.Integers("ids", i.Ids()), x = i.Singles("x", hidden);
        Tensor table = i.Random("embedding", DType.BF16, vocabulary, hidden);
        string shape = $"{tokens} x {hidden} of {vocabulary}";
        yield return new BenchCase("Embedding", shape, () => i.Ops.Embedding(ids, table, x))
        {
            Bytes = new Dictionary<string, long>
            {
                ["embed"] = (tokens * 4) + (rows * hidden * 2) + (tokens * hidden * 4),
            },
        };
        Tensor dTable = i.Zeros("embedding gradient", DType.F32, vocabulary, hidden);
        yield return new BenchCase("EmbeddingBackward", shape, () => i.Ops.EmbeddingBackward(x, ids, dTable))
        {
            Bytes = new Dictionary<string, long>
            {
                ["sort_ids"] = 12 * tokens,
                ["embed_backward"] = (8 * tokens) + (tokens * hidden * 4) + (8 * rows * hidden),
            },
        };
    }

    /// <summary>Weights are bf16 where frozen, fp32 where trained.</summary>
    private static IEnumerable<BenchCase> Norms(BenchInputs i)
    {
        int hidden = i.Model.Hidden;
        Tensor x = i.Singles("x", hidden), sum = i.Singles("sum", hidden), dx = i.Singles("dx", hidden);
        Tensor dy = i.Singles("dy", hidden), delta = i.Activations("delta", hidden), y = i.Activations("y", hidden);
        Tensor final = i.Singles("final", hidden), rstd = i.Zeros("rstd", DType.F32, i.Tokens);
        Tensor frozen = i.Random("norm", DType.BF16, hidden), trained = i.Random("norm in fp32", DType.F32, hidden);
        Tensor dWeight = i.Zeros("norm gradient", DType.F32, hidden);
        string shape = $"{i.Tokens} x {hidden}";
        Tensor rounded = i.Activations("rounded dx", hidden);
        long backward = (16 * x.Count) + y.Bytes + rounded.Bytes + rstd.Bytes, partial = i.Chunks * hidden * 4;
        yield return new BenchCase("RmsNorm", shape, () => i.Ops.RmsNorm(x, frozen, Eps, y, rstd));
        yield return new BenchCase(
            "AddRmsNorm", shape, () => i.Ops.AddRmsNorm(x, delta, frozen, Eps, sum, y, rstd));
        yield return new BenchCase(
            "AddRmsNorm, last", shape, () => i.Ops.AddRmsNorm(x, delta, frozen, Eps, sum, final, rstd));
        yield return new BenchCase(
            "RmsNormBackward", shape,
            () => i.Ops.RmsNormBackward(dy, x, frozen, rstd, i.Layout, dx, null, y, rounded))
        {
            Bytes = new Dictionary<string, long> { ["rmsnorm_backward"] = backward },
        };
        yield return new BenchCase(
            "RmsNormBackward, full", shape,
            () => i.Ops.RmsNormBackward(dy, x, trained, rstd, i.Layout, dx, dWeight, y, rounded))
        {
            Bytes = new Dictionary<string, long>
            {
                ["rmsnorm_backward"] = backward + partial,
                ["add_rows"] = partial + (2 * dWeight.Bytes),
            },
        };
    }
}
