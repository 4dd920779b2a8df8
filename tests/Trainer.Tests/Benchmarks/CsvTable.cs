using System.Globalization;
using System.Text.RegularExpressions;

namespace MolEngine.Trainer.Tests.Benchmarks;

/// <summary>A CSV file (RFC 4180), by columns. Every row has as many cells as the heading.</summary>
internal sealed partial class CsvTable
{
    private readonly Dictionary<string, string[]> _columns;

    private CsvTable(Dictionary<string, string[]> columns) => _columns = columns;

    public string[] this[string column] => _columns[column];

    public static CsvTable Read(string path)
    {
        string text = File.ReadAllText(path);
        Assert.EndsWith("\n", text);
        string[][] rows = [.. text[..^1].Split('\n').Select(Cells)];
        Assert.True(rows.Length > 1, "expected a heading and a row at least");
        Assert.All(rows, r => Assert.Equal(rows[0].Length, r.Length));
        return new CsvTable(rows[0].Select((name, i) => (name, rows.Skip(1).Select(r => r[i]).ToArray()))
            .ToDictionary(c => c.name, c => c.Item2));
    }

    /// <summary>Null where a cell is empty.</summary>
    public double?[] Numbers(string column) =>
        [.. this[column].Select(v => v.Length == 0 ? (double?)null : double.Parse(v, CultureInfo.InvariantCulture))];

    private static string[] Cells(string line) =>
    [
        .. Cell().Matches(line).Select(
            m => m.Groups[1].Success ? m.Groups[1].Value.Replace("\"\"", "\"") : m.Groups[2].Value),
    ];

    [GeneratedRegex("(?:^|,)(?:\"((?:[^\"]|\"\")*)\"|([^,\"]*))")]
    private static partial Regex Cell();
}
