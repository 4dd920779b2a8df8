namespace MolEngine.Oracle.Tests;

/// <summary>What must hold for any weights: masks, the loss's rules, the optimiser and the schedules.</summary>
public sealed class OracleRuleTests
{
    [Fact]
    public void A_document_in_a_packed_row_is_as_it_is_alone()
    {
        OracleModel model = TinyModels.Make("qwen3");
        int[] first = [3, 7, 1, 9], second = [2, 2, 8];
        OracleForward packed = model.Forward(new OracleBatch([[.. first, .. second]], [[0, 0, 0, 0, 1, 1, 1]]));
        OracleForward alone = model.Forward(new OracleBatch([second]));
        int from = first.Length * model.Config.HiddenSize;
        AssertClose(alone.FinalHidden, packed.FinalHidden[from..]);
    }

    [Fact]
    public void A_token_does_not_see_the_next_ones()
    {
        OracleModel model = TinyModels.Make("llama3");
        OracleForward longer = model.Forward(new OracleBatch([[3, 7, 1, 9, 4]])),
            shorter = model.Forward(new OracleBatch([[3, 7, 1]]));
        AssertClose(shorter.Logits, longer.Logits[..shorter.Logits.Length]);
    }

    [Fact]
    public void Without_rotation_order_would_not_matter_and_with_it_it_does()
    {
        OracleModel model = TinyModels.Make("qwen2_yarn");
        int[] ids = [5, 3, 7], swapped = [3, 5, 7], still = [0, 0, 0];
        int h = model.Config.HiddenSize;
        double[] Last(int[] row, int[]? positions) =>
            model.Forward(new OracleBatch([row], null, positions is null ? null : [positions])).FinalHidden[(2 * h)..];
        AssertClose(Last(ids, still), Last(swapped, still));
        Assert.True(Last(ids, null).Zip(Last(swapped, null), (a, b) => Math.Abs(a - b)).Max() > 1e-3);
    }

    [Fact]
    public void Labels_stop_at_documents_rows_and_padding()
    {
        var batch = new OracleBatch([[10, 11, 12, 13, 14], [15, 16]], [[0, 0, 1, 1, -1], [2, 2]]);
        Assert.Equal([11, -1, 13, -1, -1, 16, -1], batch.Labels);
        Assert.Equal([0, 1, 0, 1, 0, 0, 1], batch.Positions);
    }

    [Fact]
    public void Kl_is_zero_for_the_base_itself_and_above_zero_for_any_other()
    {
        OracleModel model = TinyModels.Make("qwen3");
        OracleBatch batch = TinyModels.Batch(model.Config);
        OracleForward pass = model.Forward(batch);
        Assert.All(pass.MolLoss(new OracleLossSettings(), TinyModels.General, pass).Kl, kl => Assert.Equal(0, kl));
        OracleForward other = TinyModels.Make("qwen3", 2).Forward(batch);
        Assert.All(other.MolLoss(new OracleLossSettings(), TinyModels.General, pass).Kl, kl => Assert.True(kl > 0.01));
    }

    [Fact]
    public void With_every_token_in_the_top_n_the_kl_is_the_full_one()
    {
        OracleModel model = TinyModels.Make("llama_linear");
        var batch = new OracleBatch([[3, 7]]);
        OracleForward p = model.Forward(batch), q = TinyModels.Make("llama_linear", 2).Forward(batch);
        int v = model.Config.VocabSize;
        double[] logP = LogSoftmax(p.Logits[..v]), logQ = LogSoftmax(q.Logits[..v]);
        double full = logP.Zip(logQ, (a, b) => Math.Exp(a) * (a - b)).Sum();
        double Kl(int n) => p.MolLoss(new OracleLossSettings(0, n), [true], q).Kl[0];
        Assert.Equal(full, Kl(v), 1e-12);
        Assert.Equal(full, Kl(v - 1), 1e-12);
        Assert.InRange(Kl(3), 1e-6, full - 1e-6);
    }

    [Fact]
    public void Rows_and_the_batch_are_means_over_what_has_effective_tokens()
    {
        OracleModel model = TinyModels.Make("qwen3");
        OracleBatch batch = TinyModels.Batch(model.Config);
        OracleForward pass = model.Forward(batch, trained: OracleTrained.Base),
            reference = TinyModels.Make("qwen3", 2).Forward(batch);
        OracleLoss loss = pass.MolLoss(new OracleLossSettings(0.2, 4), TinyModels.General, reference);
        Assert.Equal([5, 5, 0, 3], loss.EffectiveTokens);
        Assert.Equal(3, loss.RowLoss.Length);
        Assert.Equal(0.8 * loss.Ce[0] + 0.2 * loss.Kl[0], loss.RowLoss[0], 1e-14);
        Assert.Equal(0.2 * loss.Ce[1] + 0.8 * loss.Kl[1], loss.RowLoss[1], 1e-14);
        Assert.Equal(loss.RowLoss.Average(), loss.Loss, 1e-14);
        OracleLoss nothing = model.Forward(new OracleBatch([[1], [2]]), trained: OracleTrained.Base).CeLoss();
        Assert.Equal(0, nothing.Loss);
        Assert.Empty(nothing.Gradients);
    }

    [Fact]
    public void A_gate_by_probability_scales_the_gradient_of_cross_entropy_and_is_not_differentiated()
    {
        OracleModel model = TinyModels.Make("qwen3");
        var batch = new OracleBatch([[3, 7]]);
        OracleForward pass = model.Forward(batch, trained: OracleTrained.Base), reference = model.Forward(batch);
        OracleLoss ce = pass.CeLoss();
        OracleLoss gated = pass.MolLoss(
            new OracleLossSettings(0, 3) { Kind = OracleLossKind.Asft }, [false], reference);
        double p = Math.Exp(-ce.Loss);
        Assert.Equal(p * ce.Loss, gated.Loss, 1e-12);
        foreach ((string name, double[] gradient) in ce.Gradients)
            Assert.All(gradient.Zip(gated.Gradients[name]), g => Assert.Equal(p * g.First, g.Second, 1e-12));
    }

    [Fact]
    public void Ties_of_the_base_go_to_the_lower_id()
    {
        Assert.Equal([1, 3, 0], TokenLoss.TopIds([2, 5, 1, 5, 2, 2], 3));
        Assert.Equal([0, 1], TokenLoss.TopIds([4, 4, 4, 4], 2));
        Assert.Equal([2, 1, 0], TokenLoss.TopIds([1, 2, 3], 3));
    }

    [Fact]
    public void Schedules_rise_from_zero_and_fall_as_they_should()
    {
        Assert.Equal([0, 0.5, 1, 0.5, 0],
            new[] { 0, 1, 2, 6, 10 }.Select(s => Math.Round(OracleSchedule.Cosine(s, 10, 0.2), 12)));
        Assert.Equal([0, 0.5, 1, 0.75, 0.5], new[] { 0, 1, 2, 4, 6 }.Select(s => OracleSchedule.Linear(s, 10, 0.2)));
        Assert.Equal([0, 0.5, 1, 1, 1], new[] { 0, 1, 2, 6, 9 }.Select(s => OracleSchedule.Constant(s, 10, 0.2)));
        Assert.Equal(0, OracleSchedule.Cosine(0, 11, 0.01));    // ceil(0.11) = 1 step of warm-up
        Assert.Equal(1, OracleSchedule.Cosine(0, 10, 0));
    }

    [Fact]
    public void AdamW_moves_by_the_rate_and_decays_matrices_only()
    {
        var p = new Dictionary<string, double[]> { ["w.weight"] = [2], ["norm.weight"] = [2], ["q_proj.bias"] = [2] };
        Dictionary<string, double[]> g = p.ToDictionary(x => x.Key, _ => new[] { 5.0 });
        new OracleAdamW(weightDecay: 0.5).Step(p, g, 0.1);
        Assert.Equal(2 * 0.95 - 0.1, p["w.weight"][0], 1e-8);
        Assert.Equal(1.9, p["norm.weight"][0], 1e-8);
        Assert.Equal(1.9, p["q_proj.bias"][0], 1e-8);
    }

    [Fact]
    public void Clipping_bounds_the_norm_and_never_raises_it()
    {
        var g = new Dictionary<string, double[]> { ["a"] = [3], ["b"] = [4] };
        OracleAdamW.Clip(g, 5, 10);
        Assert.Equal((3.0, 4.0), (g["a"][0], g["b"][0]));
        OracleAdamW.Clip(g, 5, 1);
        Assert.Equal(0.6, g["a"][0], 1e-6);
    }

    [Fact]
    public void A_missing_or_misshaped_tensor_is_named()
    {
        OracleModel model = TinyModels.Make("qwen3");
        var batch = new OracleBatch([[1, 2]]);
        Dictionary<string, double[]> weights = model.Weights.ToDictionary();
        weights["model.norm.weight"] = [1];
        Assert.Contains("model.norm.weight",
            Assert.Throws<ArgumentException>(() => new OracleModel(model.Config, weights).Forward(batch)).Message);
        weights.Remove("model.norm.weight");
        Assert.Contains("model.norm.weight",
            Assert.Throws<ArgumentException>(() => new OracleModel(model.Config, weights).Forward(batch)).Message);
        OracleConfig odd = model.Config with { RopeScaling = new RopeScaling("longrope") };
        Assert.Contains("longrope",
            Assert.Throws<NotSupportedException>(() => new OracleModel(odd, model.Weights).Forward(batch)).Message);
    }

    private static void AssertClose(double[] expected, double[] got)
    {
        Assert.Equal(expected.Length, got.Length);
        Assert.All(expected.Zip(got), x => Assert.Equal(x.First, x.Second, 1e-12));
        Assert.Contains(expected, x => Math.Abs(x) > 0.1);
    }

    private static double[] LogSoftmax(double[] z)
    {
        double lse = Math.Log(z.Sum(Math.Exp));
        return Array.ConvertAll(z, x => x - lse);
    }
}
