using MolEngine.Engine.Losses;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Trainer.Benchmarks;

/// <summary>The head: the base's side, the student's over frozen rows, and over rows that are trained.</summary>
internal static class HeadOps
{
    public static IEnumerable<BenchCase> Of(BenchInputs i)
    {
        int hidden = i.Model.Hidden, vocabulary = i.Model.Vocabulary;
        int n = Math.Min(new LossOptions().TopN, vocabulary);
        Tensor x = i.Singles("hidden", hidden);
        int[] ids = i.Ids();
        Tensor weight = i.Random("head", DType.BF16, vocabulary, hidden);
        Tensor F64(string name) => i.Zeros(name, DType.F64, i.Tokens);
        var targets = new HeadTargets(
            i.Integers("targets", ids), i.Random("CE weight", DType.F32, i.Tokens),
            i.Random("KL weight", DType.F32, i.Tokens))
        {
            Known = new KnownTargets(ids, HasKl: true),
        };
        var top = new BaseDistribution(
            i.Zeros("top ids", DType.I32, i.Tokens, n), i.Zeros("top logits", DType.F64, i.Tokens, n), F64("lse"),
            F64("tail"));
        HeadResult result = HeadResult.Allocate(F64);
        string shape = $"{i.Tokens} x {hidden} x {vocabulary}";
        yield return new BenchCase("BaseTopN", shape, () => i.Ops.BaseTopN(x, weight, targets, top));
        Tensor dHidden = i.Singles("dHidden", hidden);
        yield return new BenchCase(
            "MolHead", shape, () => i.Ops.MolHead(x, weight, targets, top, i.Layout, result, dHidden, null))
        {
            Adds = AddsTo(i),
        };
        Tensor dWeight = i.Zeros("head gradient", DType.F32, vocabulary, hidden);
        yield return new BenchCase(
            "MolHead, full", shape, () => i.Ops.MolHead(x, weight, targets, top, i.Layout, result, dHidden, dWeight))
        {
            Adds = AddsTo(i),
        };
        Tensor sums = i.Zeros("sums of rows", DType.F64, 1, Ops.RowSums);
        yield return new BenchCase(
            "HeadRowSums", $"{i.Tokens}", () => i.Ops.HeadRowSums(result, targets, i.Layout, sums));
    }

    /// <summary>
    /// [tokens, hidden] is overwritten by the first tile and added to by the others; a trained head's rows are added
    /// to.
    /// </summary>
    private static Func<int, int, int, bool> AddsTo(BenchInputs i)
    {
        bool isFirst = true;
        return (m, n, k) =>
        {
            if (n != i.Model.Hidden || k == i.Model.Hidden)
                return false;
            bool adds = k == i.Tokens || !isFirst;
            isFirst = false;
            return adds;
        };
    }
}
