using System.Text.Json;
using MolEngine.Support;

namespace MolEngine.Oracle.Tests;

/// <summary>
/// The oracle against every reference case: forward passes, packed cross-entropy and the Mixture of Losses.
/// </summary>
public sealed class OracleParityTests
{
    public static TheoryData<string> Forward => [.. Shared.CasesWith("forward.safetensors")];

    public static TheoryData<string> Far => [.. Shared.CasesWith("forward_far.safetensors")];

    public static TheoryData<string> Packed => [.. Shared.CasesWith("packed_ce.safetensors")];

    public static TheoryData<string> Lora => [.. Shared.CasesWith("mol_lora.safetensors")];

    public static TheoryData<string> StepZero => [.. Shared.CasesWith("mol_step0.safetensors")];

    public static TheoryData<string> Full => [.. Shared.CasesWith("mol_full.safetensors")];

    [Theory]
    [MemberData(nameof(Forward))]
    public void Hidden_states_and_logits(string name)
    {
        var reference = new ReferenceCase(name);
        ReferenceTensors truth = reference.Tensors("forward");
        OracleForward pass = reference.Model.Forward(ReferenceCase.Batch(truth));
        for (int i = 0; i <= reference.Config.NumHiddenLayers; i++)
            Truth.AssertTensor($"hidden_{i}", truth[$"hidden_{i}"], pass.Hidden[i]);
        Truth.AssertTensor("final_hidden", truth["final_hidden"], pass.FinalHidden);
        Truth.AssertTensor("logits", truth["logits"], pass.Logits);
    }

    [Theory]
    [MemberData(nameof(Far))]
    public void Hidden_states_at_far_positions(string name)
    {
        var reference = new ReferenceCase(name);
        ReferenceTensors truth = reference.Tensors("forward_far");
        OracleForward pass = reference.Model.Forward(ReferenceCase.Batch(truth));
        Truth.AssertTensor("final_hidden", truth["final_hidden"], pass.FinalHidden);
    }

    [Theory]
    [MemberData(nameof(Packed))]
    public void Packed_cross_entropy_and_every_gradient(string name)
    {
        var reference = new ReferenceCase(name);
        ReferenceTensors truth = reference.Tensors("packed_ce");
        JsonElement facts = reference.Facts("packed_ce");
        OracleBatch batch = ReferenceCase.Batch(truth);
        Assert.Equal(truth.Ints("labels").Select(y => Math.Max(y, -1)), batch.Labels);
        OracleForward pass = reference.Model.Forward(batch, trained: OracleTrained.Base);
        OracleLoss loss = pass.CeLoss();
        Truth.AssertScalar("loss", facts.GetProperty("loss").GetDouble(), loss.Loss);
        Truth.AssertScalars("row_losses", facts.GetProperty("row_losses"), loss.RowLoss);
        Assert.Equal(
            facts.GetProperty("effective_tokens").EnumerateArray().Select(e => e.GetInt32()), loss.EffectiveTokens);
        Truth.AssertScalar("grad_norm", facts.GetProperty("grad_norm").GetDouble(), loss.GradientNorm);
        Truth.AssertTensors(ReferenceCase.Take(truth, "grad."), loss.Gradients);
        if (truth.Has("logits"))
            Truth.AssertTensor("logits", truth["logits"], pass.Logits);
    }

    [Theory]
    [MemberData(nameof(Lora))]
    public void Mixture_of_losses_with_an_adapter_for_every_setting(string name)
    {
        var reference = new ReferenceCase(name);
        ReferenceTensors truth = reference.Tensors("mol_lora");
        OracleBatch batch = ReferenceCase.Batch(truth);
        bool[] general = Array.ConvertAll(truth.Ints("general"), g => g != 0);
        OracleForward baseline = reference.Model.Forward(batch);
        OracleForward pass = reference.Model.Forward(batch, reference.Lora(), OracleTrained.Lora);
        foreach (JsonProperty setting in reference.Facts("mol_lora").EnumerateObject())
        {
            string[] parts = setting.Name.Split("_alpha");    // n31_alpha0.01
            var settings = new OracleLossSettings(double.Parse(parts[1]), int.Parse(parts[0][1..]));
            OracleLoss loss = pass.MolLoss(settings, general, baseline);
            AssertFacts(setting.Value, loss, 1e-10);
            Dictionary<string, double[]> gradients = ReferenceCase.Take(truth, setting.Name + ".grad.");
            if (gradients.Count > 0)
                Truth.AssertTensors(gradients, loss.Gradients);
        }
    }

    [Theory]
    [MemberData(nameof(StepZero))]
    public void Mixture_of_losses_where_the_adapter_does_nothing_yet(string name)
    {
        var reference = new ReferenceCase(name);
        ReferenceTensors truth = reference.Tensors("mol_step0");
        OracleBatch batch = ReferenceCase.Batch(truth);
        bool[] general = Array.ConvertAll(truth.Ints("general"), g => g != 0);
        OracleLora lora = reference.Lora();
        lora = lora with
        {
            Tensors = lora.Tensors.ToDictionary(
                t => t.Key,
                t => t.Key.Contains("lora_B", StringComparison.Ordinal) ? new double[t.Value.Length] : t.Value),
        };
        OracleForward pass = reference.Model.Forward(batch, lora, OracleTrained.Lora);
        OracleLoss loss = pass.MolLoss(new OracleLossSettings(), general, reference.Model.Forward(batch));
        Assert.All(loss.Kl, kl => Assert.Equal(0, kl));
        AssertFacts(reference.Facts("mol_step0"), loss, 1e-11);
        Truth.AssertTensors(ReferenceCase.Take(truth, "grad."), loss.Gradients);
    }

    [Theory]
    [MemberData(nameof(Full))]
    public void Mixture_of_losses_of_all_parameters(string name)
    {
        var reference = new ReferenceCase(name);
        ReferenceTensors truth = reference.Tensors("mol_full");
        OracleBatch batch = ReferenceCase.Batch(truth);
        bool[] general = Array.ConvertAll(truth.Ints("general"), g => g != 0);
        var student = new OracleModel(reference.Config, ReferenceCase.Take(truth, "student."));
        OracleLoss loss = student.Forward(batch, trained: OracleTrained.Base)
            .MolLoss(new OracleLossSettings(), general, reference.Model.Forward(batch));
        AssertFacts(reference.Facts("mol_full"), loss, 1e-10);
        Truth.AssertTensors(ReferenceCase.Take(truth, "grad."), loss.Gradients);
    }

    private static void AssertFacts(JsonElement facts, OracleLoss loss, double tolerance)
    {
        Truth.AssertScalar("loss", facts.GetProperty("loss").GetDouble(), loss.Loss, tolerance);
        Truth.AssertScalars("ce", facts.GetProperty("ce"), loss.Ce, tolerance);
        Truth.AssertScalars("kl", facts.GetProperty("kl"), loss.Kl, tolerance);
        Truth.AssertScalars("row_loss", facts.GetProperty("row_loss"), loss.RowLoss, tolerance);
        Truth.AssertScalar("grad_norm", facts.GetProperty("grad_norm").GetDouble(), loss.GradientNorm, tolerance);
    }
}
