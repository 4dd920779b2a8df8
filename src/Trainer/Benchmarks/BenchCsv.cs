using System.Text;
using MolEngine.Basics.Files;
using MolEngine.Kernels.Interop;

namespace MolEngine.Trainer.Benchmarks;

/// <summary>A column of a table of figures: its name, and its value in each row.</summary>
/// <param name="Values">Text as it is; numbers in full; empty where null.</param>
internal sealed record CsvColumn(string Name, IReadOnlyList<object?> Values);

/// <summary>Writes figures as CSV (RFC 4180): what was measured on what stands in every row, so that files can be
/// joined.</summary>
internal static class BenchCsv
{
    /// <summary>The columns that are the same in every row.</summary>
    public static IReadOnlyList<(string Name, object? Value)> Source(
        string device, ICudaDriver driver, BenchOptions options)
    {
        driver.Check(driver.cuDriverGetVersion(out int version));
        return
        [
            ("device", device),
            ("driver_cuda", $"{version / 1000}.{version % 1000 / 10}"),
            ("molengine", typeof(BenchCsv).Assembly.GetName().Version!.ToString(3)),
            ("model", options.Model.Key),
            ("tokens", options.Tokens),
            ("vocabulary", options.Model.Vocabulary),
        ];
    }

    /// <param name="path">Null for none.</param>
    public static void Write(
        string? path, IReadOnlyList<(string Name, object? Value)> source, IReadOnlyList<CsvColumn> columns)
    {
        if (path is null)
            return;
        var text = new StringBuilder();
        Line(text, [.. source.Select(s => s.Name), .. columns.Select(c => c.Name)]);
        for (int row = 0; row < columns[0].Values.Count; row++)
            Line(text, [.. source.Select(s => s.Value), .. columns.Select(c => c.Values[row])]);
        DurableFiles.WriteText(path, text.ToString());
    }

    private static void Line(StringBuilder to, IReadOnlyList<object?> cells) =>
        to.Append(string.Join(',', cells.Select(Cell))).Append('\n');

    private static string Cell(object? value)
    {
        string text = Convert.ToString(value) ?? "";
        return text.AsSpan().IndexOfAny(",\"\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"")}\"";
    }
}
