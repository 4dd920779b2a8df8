using System.Text.Json;
using System.Text.Json.Serialization;
using MolEngine.Kernels.Checks;

namespace MolEngine.Trainer.Cli.Runners;

/// <summary>The result of a kernel's check as a line of JSON: from one process to another, or to a program.</summary>
internal sealed record SelftestLine(
    string Kernel, IReadOnlyList<string> Cases, double Error, string? Worst, string? Failure, KernelMeasure? Measure)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        // The error of a number that is not finite is none either.
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public static string Of(KernelCheckResult r) => JsonSerializer.Serialize(
        new SelftestLine(r.Check.Kernel, r.Shapes, r.LargestError, r.Worst, r.Failure, r.Measure), Json);

    /// <summary>Null where the text is no such line.</summary>
    public static SelftestLine? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<SelftestLine>(text, Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public KernelCheckResult ResultOf(KernelCheck check) => new(check, Cases, Error, Worst, Failure, Measure);
}
