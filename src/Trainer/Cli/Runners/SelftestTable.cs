using MolEngine.Kernels.Checks;

namespace MolEngine.Trainer.Cli.Runners;

/// <summary>A line for each check of a kernel, none longer than most screens are wide.</summary>
internal static class SelftestTable
{
    public const int Width = 120;

    private const string Counted = " moved", Timed = "   p50 us    GB/s copy GB/s";

    public static string Heading(bool isCounting) =>
        $"  {"kernel",-26} {"",4} {"error",8} {"cases",5} {(isCounting ? Counted : Timed)}  held to; worst case";

    public static string Line(KernelCheckResult result, bool isCounting)
    {
        string outcome = result.Failure is null ? "pass" : "FAIL";
        string memory = result.Measure is { } measure ? Memory(measure) : "";
        string worst = result.Worst is null ? "" : $"; {result.Worst}";
        string line =
            $"  {result.Check.Kernel,-26} {outcome,4} {result.LargestError,8:G2} {result.Shapes.Count,5} "
            + $"{memory.PadLeft((isCounting ? Counted : Timed).Length)}  {result.Check.Promise}{worst}";
        return line.Length <= Width ? line : $"{line[..(Width - 1)]}\u2026";
    }

    /// <summary>What was counted or timed; "-" where a clock is too coarse to show a time.</summary>
    internal static string Memory(KernelMeasure measure) => measure.MovedBytes is { } moved
        ? $"{moved / (double)measure.Bytes,6:F3}"
        : $"{Number(measure.Seconds * 1e6),9} {Number(measure.Bandwidth / 1e9),7} "
            + $"{Number(measure.CopyBandwidth / 1e9),9}";

    private static string Number(double? value) => value?.ToString("F1") ?? "-";
}
