using System.Globalization;
using System.Text.Json;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Losses;
using MolEngine.Engine.Optim;
using MolEngine.Engine.Training;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Parity;

/// <summary>Losses, per-row figures and every gradient of the reference models.</summary>
public abstract class LossParityTests(TestBackend backend)
{
    public static TheoryData<string> PackedCases => [.. Shared.CasesWith("packed_ce.safetensors")];

    public static TheoryData<string> LoraCases => [.. Shared.CasesWith("mol_lora.safetensors")];

    public static TheoryData<string> StepZeroCases => [.. Shared.CasesWith("mol_step0.safetensors")];

    public static TheoryData<string> FullCases => [.. Shared.CasesWith("mol_full.safetensors")];

    [Theory]
    [MemberData(nameof(PackedCases))]
    public void Cross_entropy_of_packed_rows_and_all_gradients_equal_the_reference(string name)
    {
        using var c = new ReferenceCase(name, backend);
        ReferenceTensors t = c.Tensors("packed_ce");
        JsonElement truth = c.Json("packed_ce");
        TokenRow[] rows = ReferenceCase.Rows(t);
        Student student = Student.Full(c.Ops, c.Config, c.Trainable(), c.Arena, c.Arena);
        (double loss, RowFigures[] figures) = c.Accumulate(rows, student, null, new LossOptions(LossKind.Ce));

        Compare.AssertRelative("loss", loss, truth.GetProperty("loss").GetDouble(), Tolerances.Loss);
        Assert.Equal(Ints(truth, "effective_tokens"), figures.Select(f => f.EffectiveTokens));
        double[] rowLosses = Doubles(truth, "row_losses");
        RowFigures[] effective = [.. figures.Where(f => f.EffectiveTokens > 0)];
        Assert.Equal(rowLosses.Length, effective.Length);
        for (int i = 0; i < rowLosses.Length; i++)
            Compare.AssertRelative($"row {i}", effective[i].CrossEntropy, rowLosses[i], Tolerances.Loss);
        CheckGradients(c, t, "grad.", student);
        Compare.AssertRelative(
            "gradient norm", Norm(c, student), truth.GetProperty("grad_norm").GetDouble(), Tolerances.GradientNorm);
    }

    [Theory]
    [MemberData(nameof(FullCases))]
    public void Mixture_of_losses_of_all_parameters_equals_the_reference(string name)
    {
        using var c = new ReferenceCase(name, backend);
        ReferenceTensors t = c.Tensors("mol_full");
        Student student = Student.Full(c.Ops, c.Config, c.Trainable(t, "student."), c.Arena, c.Arena);
        (double loss, RowFigures[] figures) = c.Accumulate(
            ReferenceCase.Rows(t), student, c.Weights, new LossOptions());
        CheckMol(c, c.Json("mol_full"), loss, figures, student);
        CheckGradients(c, t, "grad.", student);
    }

    protected void OfAdapter(string name)
    {
        using var c = new ReferenceCase(name, backend);
        ReferenceTensors t = c.Tensors("mol_lora");
        foreach (JsonProperty setting in c.Json("mol_lora").EnumerateObject())
        {
            bool hasGradients = t.Names.Any(n => n.StartsWith(setting.Name + ".grad.", StringComparison.Ordinal));
            string[] parts = setting.Name.Split("_alpha");
            var options = new LossOptions(
                LossKind.Mol, double.Parse(parts[1], CultureInfo.InvariantCulture),
                int.Parse(parts[0][1..], CultureInfo.InvariantCulture));
            (var lora, var modules) = c.Adapter();
            Student student = Student.WithAdapter(c.Ops, c.Config, c.Weights, lora, modules, c.Arena, c.Arena, 0);
            (double loss, RowFigures[] figures) = c.Accumulate(ReferenceCase.Rows(t), student, c.Weights, options);
            CheckMol(c, setting.Value, loss, figures, student);
            if (hasGradients)
                CheckGradients(c, t, setting.Name + ".grad.", student);

            // Each takes the virtual GPU as long as the first, and differs from it in numbers alone.
            if (backend.IsVirtual && hasGradients)
                break;
        }
    }

    protected void AtStepZero(string name)
    {
        using var c = new ReferenceCase(name, backend);
        ReferenceTensors t = c.Tensors("mol_step0");
        (var lora, var modules) = c.Adapter(zeroB: true);
        Student student = Student.WithAdapter(c.Ops, c.Config, c.Weights, lora, modules, c.Arena, c.Arena, 0);
        (double loss, RowFigures[] figures) = c.Accumulate(
            ReferenceCase.Rows(t), student, c.Weights, new LossOptions());
        Assert.All(figures, f => Assert.InRange(f.KlDivergence, 0, 1e-11));
        CheckMol(c, c.Json("mol_step0"), loss, figures, student);
        CheckGradients(c, t, "grad.", student);
    }

    private static void CheckMol(ReferenceCase c, JsonElement truth, double loss, RowFigures[] figures, Student student)
    {
        Compare.AssertRelative("loss", loss, truth.GetProperty("loss").GetDouble(), Tolerances.Loss);
        double[] ce = Doubles(truth, "ce"), kl = Doubles(truth, "kl");
        RowFigures[] rows = [.. figures.Where(f => f.EffectiveTokens > 0)];
        Assert.Equal(ce.Length, rows.Length);
        for (int i = 0; i < rows.Length; i++)
        {
            Compare.AssertRelative($"row {i} CE", rows[i].CrossEntropy, ce[i], Tolerances.Loss);
            Compare.AssertAbsolute($"row {i} KL", rows[i].KlDivergence, kl[i], Tolerances.Kl(kl[i]));
        }

        Compare.AssertRelative(
            "gradient norm", Norm(c, student), truth.GetProperty("grad_norm").GetDouble(), Tolerances.GradientNorm);
    }

    private static void CheckGradients(ReferenceCase c, ReferenceTensors t, string prefix, Student student)
    {
        Assert.Equal(
            t.Names.Where(n => n.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal),
            student.Parameters.Select(p => prefix + p.Name).Order(StringComparer.Ordinal));
        foreach (Parameter p in student.Parameters)
            Compare.AssertRelativeL2(p.Name, c.Values(p.Gradient), t[prefix + p.Name], Tolerances.Gradient);
    }

    private static double Norm(ReferenceCase c, Student student) =>
        Math.Sqrt(student.Parameters.Sum(p => c.Ops.SumOfSquares(p.Gradient)));

    private static double[] Doubles(JsonElement e, string key) =>
        [.. e.GetProperty(key).EnumerateArray().Select(x => x.GetDouble())];

    private static int[] Ints(JsonElement e, string key) =>
        [.. e.GetProperty(key).EnumerateArray().Select(x => x.GetInt32())];
}

public sealed class CpuLossParityTests() : LossParityTests(TestBackend.Cpu)
{
    [Theory]
    [MemberData(nameof(LoraCases))]
    public void Mixture_of_losses_of_an_adapter_equals_the_reference_for_every_setting(string name) => OfAdapter(name);

    [Theory]
    [MemberData(nameof(StepZeroCases))]
    public void At_step_zero_the_divergence_is_nothing_and_gradients_equal_the_reference(string name) =>
        AtStepZero(name);
}

public sealed class VirtualLossParityTests() : LossParityTests(TestBackend.VirtualModel)
{
    /// <summary>
    /// Long rows take the virtual GPU long: it meets them in the packed rows above, and in the mixture in bf16.
    /// </summary>
    public static TheoryData<string> ShortLoraCases => Short(LoraCases);

    public static TheoryData<string> ShortStepZeroCases => Short(StepZeroCases);

    [Theory]
    [MemberData(nameof(ShortLoraCases))]
    public void Mixture_of_losses_of_an_adapter_equals_the_reference_for_every_setting(string name) => OfAdapter(name);

    [Theory]
    [MemberData(nameof(ShortStepZeroCases))]
    public void At_step_zero_the_divergence_is_nothing_and_gradients_equal_the_reference(string name) =>
        AtStepZero(name);

    private static TheoryData<string> Short(TheoryData<string> cases) =>
        [.. cases.Select(c => c.Data).Where(c => !c.Contains("_long_", StringComparison.Ordinal))];
}
