using MolEngine.Engine.Batches;
using MolEngine.Engine.Losses;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Optim;
using MolEngine.Engine.Training;
using MolEngine.Kernels.Collectives;
using MolEngine.Kernels.Tensors;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Training;

/// <summary>
/// The rules that keep the numbers of the Mixture of Losses right, as far as they concern the whole model.
/// </summary>
public sealed class MolRulesTests
{
    public static TheoryData<string> Types => TinyModel.Types;

    private static readonly int[][] Lengths = [[20, 13], [31], [1, 9, 8], [17, 1], [30], [12, 12], [5, 5, 5], [26]];

    [Theory]
    [MemberData(nameof(Types))]
    public void Gradients_of_an_adapter_do_not_depend_on_the_split_into_micro_batches(string type)
    {
        using var m = new TinyModel(type);
        SplitsAgree(m, m.Adapter(dropout: 0.2), Retention.All);
    }

    [Theory]
    [InlineData("qwen3", false)]
    [InlineData("qwen2", true)]
    [InlineData("llama", true)]
    public void Gradients_of_all_parameters_do_not_depend_on_the_split_into_micro_batches(string type, bool tied)
    {
        using var m = new TinyModel(type, tied);
        SplitsAgree(m, m.Full(), Retention.All);
    }

    /// <summary>Of 9 layers 3 are a segment, as of 7, where the last is shorter.</summary>
    [Theory]
    [InlineData("qwen3", 9, Retention.LayerInputs)]
    [InlineData("qwen2", 2, Retention.LayerInputs)]
    [InlineData("qwen3", 9, Retention.SegmentInputs)]
    [InlineData("qwen2", 7, Retention.SegmentInputs)]
    [InlineData("llama", 2, Retention.SegmentInputs)]
    [InlineData("llama", 1, Retention.SegmentInputs)]
    [InlineData("qwen3", 9, Retention.LayerInputs, 4)]
    [InlineData("llama", 4, Retention.LayerInputs, 1)]
    [InlineData("llama", 4, Retention.LayerInputs, 0)]
    public void Recomputation_gives_the_same_bits(
        string type, int layers, Retention retention, int? inputLayers = null)
    {
        using var m = new TinyModel(type, layers: layers);
        TokenRow[] rows = m.Rows(1, Lengths);
        foreach (Student student in (Student[])[m.Adapter(dropout: 0.1), m.Full()])
        {
            (double kept, _) = m.Accumulate(student, rows, new LossOptions(), 4);
            Dictionary<string, float[]> truth = TinyModel.Gradients(student);
            (double again, _) = m.Accumulate(
                student, rows, new LossOptions(), 4, retention, inputLayers: inputLayers);
            Assert.Equal(kept, again);
            AssertSameBits(truth, TinyModel.Gradients(student));
        }
    }

    [Fact]
    public void The_same_run_twice_and_on_any_number_of_threads_gives_the_same_bits()
    {
        Dictionary<string, float[]>? first = null;
        double loss = 0;
        foreach (int threads in (int[])[1, 2, 2, 3])
        {
            using var m = new TinyModel("qwen3", threads: threads);
            Student student = m.Full();
            (double value, _) = m.Accumulate(student, m.Rows(1, Lengths), new LossOptions(), 3);
            first ??= TinyModel.Gradients(student);
            loss = loss == 0 ? value : loss;
            Assert.Equal(loss, value);
            AssertSameBits(first, TinyModel.Gradients(student));
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void At_step_zero_hidden_states_are_bit_equal_and_gradients_are_those_of_cross_entropy(string type)
    {
        using var m = new TinyModel(type);
        Student student = m.Adapter(zeroB: true);
        TokenRow[] rows = m.Rows(2, Lengths);
        Assert.Equal(Final(m, m.Weights, rows), Final(m, student.Weights, rows));

        var options = new LossOptions(LossKind.Mol, Alpha: 0.01);
        (_, RowFigures[] figures) = m.Accumulate(student, rows, options, 8);
        Assert.All(figures, f => Assert.InRange(f.KlDivergence, 0, 1e-11));
        Dictionary<string, float[]> mol = TinyModel.Gradients(student);

        // Cross-entropy alone at weight a: alpha 1 makes it the whole loss of general rows, so scale the rows' shares
        // by hand.
        var sum = student.Parameters.ToDictionary(p => p.Name, p => new double[p.Gradient.Count]);
        foreach (CorpusKind kind in Enum.GetValues<CorpusKind>())
        {
            TokenRow[] part = [.. rows.Where(r => r.Kind == kind)];
            m.Accumulate(student, part, new LossOptions(LossKind.Ce), 8);
            double weight = options.Weights(kind).CrossEntropy * part.Count(r => r.EffectiveTokens > 0) / rows.Count(
                r => r.EffectiveTokens > 0);
            foreach ((string name, float[] g) in TinyModel.Gradients(student))
            {
                for (int i = 0; i < g.Length; i++)
                    sum[name][i] += weight * g[i];
            }
        }

        foreach ((string name, double[] truth) in sum)
            Compare.AssertRelativeL2(name, mol[name], truth, 2e-5);
    }

    [Fact]
    public void General_rows_alone_at_step_zero_have_the_gradient_of_cross_entropy_at_weight_alpha()
    {
        using var m = new TinyModel("qwen3");
        Student student = m.Adapter(zeroB: true);
        TokenRow[] rows = [.. m.Rows(3, Lengths).Select(r => r with { Kind = CorpusKind.General })];
        m.Accumulate(student, rows, new LossOptions(LossKind.Mol, Alpha: 0.01), 8);
        Dictionary<string, float[]> mol = TinyModel.Gradients(student);
        m.Accumulate(student, rows, new LossOptions(LossKind.Ce), 8);
        foreach ((string name, float[] ce) in TinyModel.Gradients(student))
            Compare.AssertRelativeL2(name, mol[name], Array.ConvertAll(ce, x => 0.01 * x), 2e-5);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Changing_one_document_leaves_every_other_bit_identical(string type)
    {
        using var m = new TinyModel(type);
        TokenRow row = m.Rows(4, [11, 7, 14])[0];
        int[] changed = row.Tokens.ToArray();
        for (int i = 11; i < 18; i++)
            changed[i] = 3 + (changed[i] + 50) % 200;
        int hidden = m.Config.HiddenSize;
        float[] before = Final(m, m.Weights, [row]), after = Final(
            m, m.Weights, [new TokenRow(changed, row.DocumentStarts)]);
        Assert.Equal(before[..(11 * hidden)], after[..(11 * hidden)]);
        Assert.Equal(before[(18 * hidden)..], after[(18 * hidden)..]);
        Assert.NotEqual(before[(11 * hidden)..(18 * hidden)], after[(11 * hidden)..(18 * hidden)]);
    }

    [Fact]
    public void Positions_restart_so_that_a_document_packed_behind_others_equals_the_document_alone()
    {
        using var m = new TinyModel("llama");
        TokenRow row = m.Rows(5, [11, 7, 14])[0];
        int hidden = m.Config.HiddenSize;
        Assert.Equal(
            Final(m, m.Weights, [row])[(18 * hidden)..], Final(m, m.Weights, [TokenRow.Single(row.Tokens[18..])]));
    }

    [Fact]
    public void The_last_token_of_a_document_never_predicts_the_first_of_the_next()
    {
        using var m = new TinyModel("qwen2");
        Student student = m.Adapter();
        TokenRow together = m.Rows(6, [9, 12])[0];
        TokenRow[] apart = [TokenRow.Single(together.Tokens[..9]), TokenRow.Single(together.Tokens[9..])];
        (_, RowFigures[] one) = m.Accumulate(student, [together], new LossOptions(), 1);
        (_, RowFigures[] two) = m.Accumulate(student, apart, new LossOptions(), 2);
        Assert.Equal(8 + 11, one[0].EffectiveTokens);
        Compare.AssertRelative(
            "CE", one[0].CrossEntropy, (8 * two[0].CrossEntropy + 11 * two[1].CrossEntropy) / 19, 1e-12);
        Compare.AssertRelative(
            "KL", one[0].KlDivergence, (8 * two[0].KlDivergence + 11 * two[1].KlDivergence) / 19, 1e-12);
        Assert.True(one[0].KlDivergence > 0);
    }

    [Fact]
    public void A_row_without_an_effective_token_adds_nothing_and_is_reported()
    {
        using var m = new TinyModel("qwen3");
        Student student = m.Full();
        TokenRow[] rows = m.Rows(7, [20, 13], [31]);
        TokenRow single = new(new[] { 5, 6 }, [0, 1]), empty = new(Array.Empty<int>(), []);
        (double loss, _) = m.Accumulate(student, rows, new LossOptions(), 2);
        Dictionary<string, float[]> truth = TinyModel.Gradients(student);
        TokenRow[] more = [rows[0], single, rows[1], empty];
        foreach (int microBatch in (int[])[1, 4])
        {
            (double same, RowFigures[] figures) = m.Accumulate(student, more, new LossOptions(), microBatch);
            Assert.Equal(loss, same, 12);
            Assert.Equal(2, new BatchLoss(new LossOptions(), more).EmptyRows);
            Assert.Equal((0, 0), (figures[1].EffectiveTokens, figures[3].EffectiveTokens));
            foreach ((string name, float[] g) in TinyModel.Gradients(student))
                Compare.AssertRelativeL2(name, g, Array.ConvertAll(truth[name], x => (double)x), 1e-6);
        }
    }

    [Fact]
    public void Gradient_norms_of_domain_and_general_rows_are_those_of_their_shares_of_the_batch()
    {
        using var m = new TinyModel("qwen3");
        Student student = m.Adapter();
        TokenRow[] rows = m.Rows(8, Lengths);
        var optimizer = new AdamW(m.Ops, new AdamWOptions(), student.Parameters, m.Arena);
        using var pass = new LossPass(m.Ops, m.Config, 200, 64, 31, Retention.All, student.Weights);
        var optimization = new MolOptimization(
            m.Ops, pass, student, m.Weights, new LossOptions(), optimizer,
            new LearningRateSchedule(ScheduleKind.Constant, 0, 10, 0, FromZero: false),
            new DataParallel(new SingleRank(), m.Config, student.Parameters));
        (double domain, double general) = optimization.GradientNorms(rows, 3);

        // Each kind is half of the rows, so its share is half of what a batch of it alone gives.
        Compare.AssertRelative(
            "domain", domain, 0.5 * Norm(m, student, [.. rows.Where(r => r.Kind == CorpusKind.Domain)]), 1e-6);
        Compare.AssertRelative(
            "general", general, 0.5 * Norm(m, student, [.. rows.Where(r => r.Kind == CorpusKind.General)]), 1e-6);
        Assert.InRange(optimization.Update(rows, 3).GradientNorm, Math.Abs(domain - general), domain + general);
    }

    [Fact]
    public void The_size_of_the_vocabulary_is_read_from_the_tensor()
    {
        using var m = new TinyModel("qwen3");
        int hidden = m.Config.HiddenSize, rows = m.Config.VocabSize + 60;
        Tensor wider = m.Arena.Allocate("wider head", DType.F32, rows, hidden);
        m.Weights.Head.Span<float>().CopyTo(wider.Span<float>());
        m.Weights.Head.Span<float>()[..(60 * hidden)].CopyTo(wider.Span<float>()[(m.Config.VocabSize * hidden)..]);
        TokenRow row = m.Rows(9, [17])[0];
        using var pass = new LossPass(m.Ops, m.Config, 17, 17, 0, Retention.None, m.Weights);
        double got = pass.Evaluate([row], m.Weights with { Head = wider }, null)[0].CrossEntropy;

        float[] final = Final(m, m.Weights, [row]);
        double expected = 0;
        for (int t = 0; t < 16; t++)
        {
            double Logit(int v) => Enumerable.Range(0, hidden).Sum(
                h => (double)final[(t * hidden) + h] * wider.Span<float>()[(v * hidden) + h]);
            expected += (Math.Log(Enumerable.Range(0, rows).Sum(v => Math.Exp(Logit(v)))) - Logit(row.Tokens.Span[t
                + 1])) / 16;
        }

        Compare.AssertRelative("CE over all rows of the head", got, expected, 1e-6);
    }

    private static double Norm(TinyModel m, Student student, TokenRow[] rows)
    {
        m.Accumulate(student, rows, new LossOptions(), 2);
        return Math.Sqrt(student.Parameters.Sum(p => m.Ops.SumOfSquares(p.Gradient)));
    }

    private static void SplitsAgree(TinyModel m, Student student, Retention retention)
    {
        TokenRow[] rows = m.Rows(1, Lengths);
        (double loss, RowFigures[] figures) = m.Accumulate(student, rows, new LossOptions(), 8, retention);
        Dictionary<string, float[]> truth = TinyModel.Gradients(student);
        Assert.All(truth, g => Assert.Contains(g.Value, x => x != 0));
        foreach (int microBatch in (int[])[4, 3, 1])
        {
            (double same, RowFigures[] sameFigures) = m.Accumulate(
                student, rows, new LossOptions(), microBatch, retention);
            Assert.Equal(loss, same);
            Assert.Equal(figures, sameFigures);
            AssertSameBits(truth, TinyModel.Gradients(student));
        }
    }

    private static void AssertSameBits(Dictionary<string, float[]> truth, Dictionary<string, float[]> got)
    {
        foreach ((string name, float[] g) in truth)
            Assert.True(g.AsSpan().SequenceEqual(got[name]), $"{name}: gradients differ");
    }

    private static float[] Final(TinyModel m, TransformerWeights weights, TokenRow[] rows)
    {
        int tokens = rows.Sum(r => r.Tokens.Length);
        using Arena arena = m.Ops.CreateArena("forward");
        var transformer = new Transformer(m.Ops, m.Config, arena, tokens, 128, backward: false);
        Activations a = Activations.Allocate(
            arena, m.Config, m.Ops.ActivationType, tokens, Retention.None,
            (layer, name) => Student.LoraRank(weights, layer, name));
        var batch = new TokenBatch(m.Ops, arena, tokens);
        batch.Fill(rows, [.. rows.Select(_ => default(TokenWeights))]);
        return transformer.Forward(weights, batch.Ids, batch.Layout, a).Span<float>().ToArray();
    }
}
