using System.Text.Json;
using MolEngine.Support;

namespace MolEngine.Oracle.Tests;

/// <summary>Twenty steps of AdamW under the cosine schedule, as the reference takes them.</summary>
public sealed class OracleTrajectoryParityTests
{
    public static TheoryData<string> Lora => [.. Shared.CasesWith("trajectory_lora.safetensors")];

    public static TheoryData<string> Full => [.. Shared.CasesWith("trajectory_full.safetensors")];

    [Theory]
    [MemberData(nameof(Lora))]
    public void Adapter_training(string name)
    {
        var reference = new ReferenceCase(name);
        OracleLora lora = reference.Lora("trajectory_lora_start");
        Run(reference, "trajectory_lora", lora.Tensors,
            batch => reference.Model.Forward(batch, lora, OracleTrained.Lora));
    }

    [Theory]
    [MemberData(nameof(Full))]
    public void Full_parameter_training(string name)
    {
        var reference = new ReferenceCase(name);
        var student = new OracleModel(
            reference.Config, reference.Weights.ToDictionary(w => w.Key, w => (double[])w.Value.Clone()));
        Run(reference, "trajectory_full", student.Weights,
            batch => student.Forward(batch, trained: OracleTrained.Base));
    }

    private static void Run(
        ReferenceCase reference, string file, IReadOnlyDictionary<string, double[]> parameters,
        Func<OracleBatch, OracleForward> forward)
    {
        ReferenceTensors truth = reference.Tensors(file);
        JsonElement facts = reference.Facts(file);
        double Fact(string name) => facts.GetProperty(name).GetDouble();
        int steps = (int)Fact("steps"), rows = (int)Fact("rows_per_step"), columns = truth.Shape("input_ids")[1],
            size = rows * columns;
        int[] ids = truth.Ints("input_ids"), documents = truth.Ints("document_ids"),
            positions = truth.Ints("position_ids");
        bool[] general = Array.ConvertAll(truth.Ints("general"), g => g != 0);
        JsonElement betas = facts.GetProperty("betas");
        var optimizer = new OracleAdamW(betas[0].GetDouble(), betas[1].GetDouble(), Fact("eps"), Fact("weight_decay"));
        var settings = new OracleLossSettings(Fact("alpha"), (int)Fact("top_n"));
        for (int step = 0; step < steps; step++)
        {
            Range tokens = (step * size)..((step + 1) * size), these = (step * rows)..((step + 1) * rows);
            OracleBatch batch = OracleBatch.FromFlat(rows, ids[tokens], documents[tokens], positions[tokens]);
            OracleLoss loss = forward(batch).MolLoss(settings, general[these], reference.Model.Forward(batch));
            double rate = Fact("learning_rate") * OracleSchedule.Cosine(step, steps, Fact("warmup_ratio"));
            JsonElement log = facts.GetProperty("log")[step];
            Truth.AssertScalar($"lr of step {step + 1}", log.GetProperty("lr").GetDouble(), rate);
            Truth.AssertScalar($"loss of step {step + 1}", log.GetProperty("loss").GetDouble(), loss.Loss, 1e-9);
            Truth.AssertScalar(
                $"gradient norm of step {step + 1}", log.GetProperty("grad_norm").GetDouble(), loss.GradientNorm, 1e-8);
            Truth.AssertScalars($"ce of step {step + 1}", log.GetProperty("ce"), loss.Ce, 1e-9);
            Truth.AssertScalars($"kl of step {step + 1}", log.GetProperty("kl"), loss.Kl, 1e-7);
            OracleAdamW.Clip(loss.Gradients, loss.GradientNorm, Fact("clip"));
            optimizer.Step(parameters, loss.Gradients, rate);
        }

        Truth.AssertTensors(ReferenceCase.Take(truth, "final."), parameters);
    }
}
