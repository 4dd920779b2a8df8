using System.Text.Json;
using MolEngine.Engine.Losses;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Training;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Parity;

/// <summary>
/// bf16 activations against the bar that PyTorch in bf16 sets on the same cases: the median gradient error is at most
/// its, the worst at most 1.5 times its. With a base, that holds on the whole and not case by case: these random models
/// have logits so close around the 31st that rounding to bf16 changes the set of a third of all tokens, in PyTorch as
/// here, and one token with a large probability that goes in or out moves every gradient of its case threefold.
/// </summary>
public sealed class Bf16ParityTests
{
    private const double WorstFactor = 1.5;

    public static TheoryData<string> Cases => [.. Shared.CasesWith("bf16.json")];

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Cross_entropy_and_all_gradients_are_within_the_bar(string name)
    {
        using var c = new ReferenceCase(name, TestBackend.VirtualBf16);
        ReferenceTensors t = c.Tensors("packed_ce");
        Student student = Student.Full(c.Ops, c.Config, c.Trainable(), c.Arena, c.Arena);
        double loss = Accumulate(c, ReferenceCase.Rows(t), student, null, new LossOptions(LossKind.Ce));
        double truth = c.Json("packed_ce").GetProperty("loss").GetDouble();
        (double median, double worst, double medianBar, double worstBar) =
            Errors(c, "packed_ce", loss, truth, t, "grad.", student);
        Assert.InRange(median, 0, medianBar);
        Assert.InRange(worst, 0, WorstFactor * worstBar);
    }

    [SkippableFact]
    public void Mixture_of_losses_of_an_adapter_is_within_the_bar_on_the_whole()
    {
        string[] names = [.. Shared.CasesWith("bf16.json")];
        (double Median, double Worst, double MedianBar, double WorstBar)[] cases = [.. names.Select(Mixture)];
        double logs = cases.Sum(c => Math.Log(c.Median / c.MedianBar));
        Assert.True(logs <= 0, $"medians are {Math.Exp(logs / cases.Length):F2} times PyTorch's on average");
        Assert.All(cases, c => Assert.InRange(c.Median, 0, WorstFactor * cases.Max(other => other.MedianBar)));
        Assert.All(cases, c => Assert.InRange(c.Worst, 0, WorstFactor * cases.Max(other => other.WorstBar)));
    }

    private static (double Median, double Worst, double MedianBar, double WorstBar) Mixture(string name)
    {
        using var c = new ReferenceCase(name, TestBackend.VirtualBf16);
        ReferenceTensors t = c.Tensors("mol_lora");
        (var lora, var modules) = c.Adapter();
        Student student = Student.WithAdapter(c.Ops, c.Config, c.Weights, lora, modules, c.Arena, 0);
        double loss = Accumulate(c, ReferenceCase.Rows(t), student, c.Weights, new LossOptions(LossKind.Mol, 0.01, 31));
        const string Setting = "n31_alpha0.01";
        double truth = c.Json("mol_lora").GetProperty(Setting).GetProperty("loss").GetDouble();
        return Errors(c, "mol_lora", loss, truth, t, $"{Setting}.grad.", student);
    }

    private static double Accumulate(
        ReferenceCase c, TokenRow[] rows, Student student, TransformerWeights? reference, LossOptions options)
    {
        var batchLoss = new BatchLoss(options, rows);
        using var pass = new LossPass(
            c.Ops, c.Config, ReferenceCase.Tokens(rows), ReferenceCase.Positions(rows), options.TopN, Retention.All,
            student.Weights);
        pass.AccumulateGradients(
            rows, batchLoss.Weights, 0, student.TrainingWeights(0), reference, student.Gradients);
        RowFigures[] figures = pass.Collect();
        student.FinishGradients();
        return batchLoss.Value(figures);
    }

    /// <summary>The loss errs by chance in either direction; a small floor keeps a lucky bar from being one.</summary>
    private static (double Median, double Worst, double MedianBar, double WorstBar) Errors(
        ReferenceCase c, string bar, double loss, double truth, ReferenceTensors t, string prefix, Student student)
    {
        JsonElement pytorch = c.Json("bf16").GetProperty(bar);
        double lossBar = Math.Max(2e-3, WorstFactor * pytorch.GetProperty("loss").GetDouble());
        Compare.AssertRelative("loss", loss, truth, lossBar);
        double[] errors =
        [
            .. student.Parameters.Select(p => Compare.RelativeL2(c.Values(p.Gradient), t[prefix + p.Name])).Order(),
        ];
        return (
            errors[errors.Length / 2], errors[^1], pytorch.GetProperty("gradient_median").GetDouble(),
            pytorch.GetProperty("gradient_worst").GetDouble());
    }
}
