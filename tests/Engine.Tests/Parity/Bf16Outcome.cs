using MolEngine.Engine.Batches;
using MolEngine.Engine.Losses;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Optim;
using MolEngine.Engine.Training;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;
using MolEngine.Oracle;

namespace MolEngine.Engine.Tests.Parity;

/// <summary>What a bf16 backend makes of a loss of a case.</summary>
/// <param name="Top">
/// The ids that the pass took for the base's top n, [T, n]; empty where there is no base.
/// </param>
internal sealed record Bf16Outcome(double Loss, IReadOnlyDictionary<string, double[]> Gradients, int[] Top)
{
    /// <summary>n.</summary>
    public const int TopN = 31;

    private const double Alpha = 0.01;

    /// <summary>Cross-entropy with every parameter trained.</summary>
    public static Bf16Outcome CrossEntropy(ReferenceCase c, TokenRow[] rows)
    {
        Student student = Student.Full(c.Ops, c.Config, c.Trainable(), c.Arena, c.Arena);
        return Of(c, rows, student, null, new LossOptions(LossKind.Ce));
    }

    /// <summary>The mixture of losses of the case's adapter and its base.</summary>
    public static Bf16Outcome Mixture(ReferenceCase c, TokenRow[] rows)
    {
        (var lora, var modules) = c.Adapter();
        Student student = Student.WithAdapter(c.Ops, c.Config, c.Weights, lora, modules, c.Arena, c.Arena, 0);
        var options = new LossOptions(LossKind.Mol, Alpha, TopN);
        return Of(c, rows, student, c.Weights, options) with { Top = BaseTop(c, rows) };
    }

    /// <summary>What was computed, for the oracle: the sets are those that were taken.</summary>
    public OracleTask Task(ReferenceCase c, TokenRow[] rows)
    {
        static int[] Documents(TokenRow row) =>
            [.. Enumerable.Range(0, row.Tokens.Length).Select(t => row.DocumentStarts.Count(s => s <= t))];
        var batch = new OracleBatch([.. rows.Select(r => r.Tokens.ToArray())], [.. rows.Select(Documents)]);
        return Top.Length == 0
            ? OracleTask.CrossEntropy(c.OracleModel(), batch)
            : new OracleTask(
                c.OracleModel(), batch, [.. rows.Select(r => r.Kind == CorpusKind.General)],
                new OracleLossSettings(Alpha, TopN),
                c.OracleLora(), Set);
    }

    /// <summary>The ids that were taken of a token.</summary>
    public int[] Set(int token) => Top[(token * TopN)..((token + 1) * TopN)];

    private static Bf16Outcome Of(
        ReferenceCase c, TokenRow[] rows, Student student, TransformerWeights? reference, LossOptions options)
    {
        (double loss, _) = c.Accumulate(rows, student, reference, options);
        double[] Gradient(Parameter p) => Array.ConvertAll(c.Values(p.Gradient), x => (double)x);
        return new Bf16Outcome(loss, student.Parameters.ToDictionary(p => p.Name, Gradient), []);
    }

    /// <summary>The same pass over the base again, which gives the same bits.</summary>
    private static int[] BaseTop(ReferenceCase c, TokenRow[] rows)
    {
        int tokens = ReferenceCase.Tokens(rows);
        var batch = new TokenBatch(c.Ops, c.Arena, tokens);
        batch.Fill(rows, new BatchLoss(new LossOptions(LossKind.Mol, Alpha, TopN), rows).Weights);
        var transformer = new Transformer(c.Ops, c.Config, c.Arena, tokens, ReferenceCase.Positions(rows), false);
        Activations activations = Activations.Allocate(
            c.Arena, c.Config, c.Ops.ActivationType, tokens, Retention.None, (_, _) => 0);
        Tensor hidden = transformer.Forward(c.Weights, batch.Ids, batch.Layout, activations);
        Tensor New(string name, DType type, params int[] shape) => c.Arena.Allocate(name, type, shape);
        var distribution = new BaseDistribution(
            New("ids", DType.I32, tokens, TopN), New("logits", DType.F64, tokens, TopN),
            New("lse", DType.F64, tokens), New("tail", DType.F64, tokens));
        c.Ops.BaseTopN(hidden, c.Weights.Head, batch.Targets, distribution);
        var ids = new int[tokens * TopN];
        c.Ops.Download<int>(distribution.TopIds, ids);
        return ids;
    }
}
