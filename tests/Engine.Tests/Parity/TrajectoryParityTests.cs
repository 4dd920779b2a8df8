using System.Text.Json;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Losses;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Optim;
using MolEngine.Engine.Training;
using MolEngine.Kernels.Collectives;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Parity;

/// <summary>
/// 20 updates with AdamW, clipping and warm-up: every loss, norm and rate, and the parameters at the end.
/// </summary>
/// <param name="most">Steps that are taken; parameters are compared after all of them.</param>
public abstract class TrajectoryParityTests(TestBackend backend, int most)
{
    public static TheoryData<string> LoraCases => [.. Shared.CasesWith("trajectory_lora.safetensors")];

    public static TheoryData<string> FullCases => [.. Shared.CasesWith("trajectory_full.safetensors")];

    [Theory]
    [MemberData(nameof(LoraCases))]
    public void Adapter_trajectory_equals_the_reference(string name)
    {
        using var c = new ReferenceCase(name, backend);
        (var lora, var modules) = c.Adapter(c.Tensors("trajectory_lora_start"));
        var student = Student.WithAdapter(c.Ops, c.Config, c.Weights, lora, modules, c.Arena, c.Arena, 0);
        Check(c, "trajectory_lora", student);
    }

    [Theory]
    [MemberData(nameof(FullCases))]
    public void Full_parameter_trajectory_equals_the_reference(string name)
    {
        using var c = new ReferenceCase(name, backend);
        Check(c, "trajectory_full", Student.Full(c.Ops, c.Config, c.Trainable(), c.Arena, c.Arena));
    }

    private void Check(ReferenceCase c, string name, Student student)
    {
        ReferenceTensors t = c.Tensors(name);
        JsonElement facts = c.Json(name);
        double Number(string key) => facts.GetProperty(key).GetDouble();
        TokenRow[] rows = ReferenceCase.Rows(t);
        int perStep = facts.GetProperty("rows_per_step").GetInt32(), steps = facts.GetProperty("steps").GetInt32();
        JsonElement betas = facts.GetProperty("betas");
        var optimizer = new AdamW(
            c.Ops,
            new AdamWOptions(betas[0].GetDouble(), betas[1].GetDouble(), Number("eps"), Number("weight_decay"),
                Number("clip")),
            student.Parameters, c.Arena);
        var schedule = new LearningRateSchedule(
            ScheduleKind.Cosine, Number("learning_rate"), steps,
            LearningRateSchedule.WarmupOf(Number("warmup_ratio"), steps), FromZero: true);
        var options = new LossOptions(LossKind.Mol, Number("alpha"), facts.GetProperty("top_n").GetInt32());
        using var pass = new LossPass(
            c.Ops, c.Config, perStep * rows[0].Tokens.Length, ReferenceCase.Positions(rows), options.TopN,
            Retention.All, student.Weights);
        var optimization = new MolOptimization(c.Ops, pass, student, c.Weights, options, optimizer, schedule,
            new DataParallel(new SingleRank(), c.Config, student.Parameters));
        for (int s = 0; s < Math.Min(steps, most); s++)
        {
            UpdateFigures got = optimization.Update(rows[(s * perStep)..((s + 1) * perStep)], microBatch: perStep);
            CheckStep(facts.GetProperty("log")[s], got);
        }

        foreach (Parameter p in most < steps ? [] : student.Parameters)
            Compare.AssertRelativeL2(p.Name, c.Values(p.Value), t["final." + p.Name], Tolerances.FinalParameters);
    }

    private static void CheckStep(JsonElement truth, UpdateFigures got)
    {
        string step = $"step {truth.GetProperty("step").GetInt32()}";
        Compare.AssertRelative($"{step} learning rate", got.LearningRate, truth.GetProperty("lr").GetDouble(), 1e-14);
        Compare.AssertRelative(
            $"{step} loss", got.Loss, truth.GetProperty("loss").GetDouble(), Tolerances.TrajectoryLoss);
        Compare.AssertRelative(
            $"{step} gradient norm", got.GradientNorm, truth.GetProperty("grad_norm").GetDouble(),
            Tolerances.GradientNorm);
        for (int r = 0; r < got.Rows.Count; r++)
        {
            double ce = truth.GetProperty("ce")[r].GetDouble(), kl = truth.GetProperty("kl")[r].GetDouble();
            Compare.AssertRelative($"{step} row {r} CE", got.Rows[r].CrossEntropy, ce, Tolerances.TrajectoryLoss);
            Compare.AssertAbsolute($"{step} row {r} KL", got.Rows[r].KlDivergence, kl, 5e-6 * ce + Tolerances.Kl(kl));
        }
    }
}

public sealed class CpuTrajectoryParityTests() : TrajectoryParityTests(TestBackend.Cpu, int.MaxValue);

public sealed class VirtualTrajectoryParityTests() : TrajectoryParityTests(TestBackend.VirtualModel, most: 3);
