using System.Text;
using MolEngine.Basics.Files;
using MolEngine.Basics.Text;

namespace MolEngine.Runs.Experiments;

/// <summary>An experiment as tables of Markdown, to be pasted: a row a cell, a column a measure.</summary>
public static class ExperimentMarkdown
{
    /// <summary>Columns beside the cell's name: more are another table.</summary>
    private const int MostColumns = 6;

    /// <exception cref="FileWriteException">The file cannot be written.</exception>
    public static void Write(string path, Experiment experiment) => DurableFiles.WriteText(path, Render(experiment));

    /// <summary>All measures. Bold is what surely differs from the baseline.</summary>
    public static string Render(Experiment experiment)
    {
        var text = new StringBuilder($"# {experiment.Name}\n");
        (ExperimentMeasure Measure, int Place)[] all = [.. experiment.Measures.Select((m, i) => (m, i))];
        foreach ((ExperimentMeasure, int)[] columns in all.Chunk(MostColumns))
            Table(text, experiment, columns);
        text.Append(
            $"\nMean \u00b1 standard deviation over seeds (n = {Seeds(experiment)} runs a cell). Bold: surely "
                + $"different from {experiment.Baseline} (95 % interval without 0, and p < 0.05).\n\n");
        foreach (string note in experiment.Notes)
            text.Append($"* {note}\n");
        foreach ((string run, string why) in experiment.Failures)
            text.Append($"* {run} failed: {why}\n");
        return text.ToString();
    }

    private static string Seeds(Experiment experiment)
    {
        int[] counts = [.. experiment.Cells.Select(c => c.Values.Max(v => v?.N ?? 0)).Distinct().Order()];
        return counts.Length == 1 ? $"{counts[0]}" : $"{counts[0]} to {counts[^1]}";
    }

    private static void Table(
        StringBuilder text, Experiment experiment, (ExperimentMeasure Measure, int Place)[] columns)
    {
        string Head(ExperimentMeasure m) =>
            $"{m.Title} ({(m.IsDomain ? "domain" : "general")}, {Counts.Of(m.N, m.Unit)})";
        text.Append('\n');
        Row(text, ["cell", .. columns.Select(c => Head(c.Measure))]);
        Row(text, ["---", .. columns.Select(_ => "---:")]);
        Row(text, ["base", .. columns.Select(c => Numbers.Value(c.Measure.Before))]);
        foreach (CellFigures cell in experiment.Cells)
            Row(text, [cell.Name, .. columns.Select(c => Cell(cell.Values[c.Place]))]);
    }

    private static void Row(StringBuilder text, IEnumerable<string> cells) => text.Append(
        $"| {string.Join(" | ", cells.Select(c => c.Replace("|", "\\|")))} |\n");

    private static string Cell(CellValue? value)
    {
        if (value is null)
            return "\u2013";
        string mean = Numbers.Value(value.Mean), spread = value.Spread is { } s ? $" \u00b1 {Numbers.Value(s)}" : "";
        return value.Against is { IsSure: true } ? $"**{mean}**{spread}" : mean + spread;
    }
}
