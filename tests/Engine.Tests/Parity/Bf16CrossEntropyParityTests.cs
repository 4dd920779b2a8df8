using System.Text.Json;
using MolEngine.Engine.Batches;
using MolEngine.Oracle;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Parity;

/// <summary>
/// bf16 activations on the reference cases, held to what rounding to bf16 makes of each case
/// (<see cref="Bf16Bounds"/>), without a base.
/// </summary>
public sealed class Bf16CrossEntropyParityTests
{
    public static TheoryData<string> Cases => [.. Shared.CasesWith("bf16.json")];

    /// <summary>
    /// The bar is PyTorch's bf16 on the same case, its worst times 1.5. That is one draw of rounding errors, which may
    /// be a lucky one: what rounding makes of the case is allowed in any event.
    /// </summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Cross_entropy_and_all_gradients_are_within_the_bar(string name) =>
        Check(name, TestBackend.VirtualBf16Model);

    /// <summary>Only what products take is rounded there.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void They_are_on_the_cpu(string name)
    {
        Check(name, TestBackend.CpuBf16);
        Check(name, TestBackend.Vector256Bf16);
    }

    private static void Check(string name, TestBackend backend)
    {
        using var c = new ReferenceCase(name, backend);
        ReferenceTensors t = c.Tensors("packed_ce");
        TokenRow[] rows = ReferenceCase.Rows(t);
        Bf16Outcome got = Bf16Outcome.CrossEntropy(c, rows);
        Bf16Truth oracle = Bf16Truth.Of(c, rows, got);
        JsonElement pytorch = c.Json("bf16").GetProperty("packed_ce");
        var bar = new GradientErrors(
            pytorch.GetProperty("gradient_median").GetDouble(),
            Bf16Bounds.Factor * pytorch.GetProperty("gradient_worst").GetDouble());
        OracleLoss reference = oracle.Run.Loss with
        {
            Loss = c.Json("packed_ce").GetProperty("loss").GetDouble(),
            Gradients = got.Gradients.Keys.ToDictionary(n => n, n => t[$"grad.{n}"]),
        };
        Bf16Bounds bounds = oracle.Bounds with { Gradients = oracle.Bounds.Gradients.OrMore(bar) };
        (oracle with { Run = oracle.Run with { Loss = reference }, Bounds = bounds }).Check(got);
    }
}
