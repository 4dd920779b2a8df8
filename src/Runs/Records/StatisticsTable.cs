using System.Text.Json;
using MolEngine.Basics.Text;

namespace MolEngine.Runs.Records;

/// <summary>
/// data.json as a table: <c>corpora</c>, a list of objects (or an object of them by name), gives its rows, and what
/// else there is stands beside it. The names of the numbers are the file's: what a later program counts shows too.
/// </summary>
/// <param name="Facts">Names and values about all corpora.</param>
/// <param name="Rows">As many cells as there are columns; without text where a corpus has none.</param>
internal sealed record StatisticsTable(
    IReadOnlyList<(string Name, string Value)> Facts,
    IReadOnlyList<string> Columns,
    IReadOnlyList<IReadOnlyList<StatisticsCell>> Rows)
{
    private const string RowsName = "corpora";

    /// <summary>Whether documents of domain corpora are messages of a dialogue.</summary>
    public bool TeachesDialogues { get; private init; }

    /// <summary>Whether documents of any corpus are.</summary>
    public bool HasDialogues { get; private init; }

    public static StatisticsTable Read(JsonElement json)
    {
        var facts = new List<(string, StatisticsCell)>();
        var rows = new List<List<(string Name, StatisticsCell Cell)>>();
        if (json.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty p in json.EnumerateObject())
            {
                if (p.Name == RowsName)
                    rows.AddRange(RowsOf(p.Value));
                else
                    Flatten(p.Name, p.Value, facts);
            }
        }
        else
        {
            rows.AddRange(RowsOf(json));
        }

        string[] columns = [.. rows.SelectMany(r => r).Select(c => c.Name).Distinct()];
        return new StatisticsTable(
            [.. facts.Select(f => (f.Item1, f.Item2.Text ?? "–"))],
            columns,
            [.. rows.Select(r => columns.Select(c => r.FirstOrDefault(x => x.Name == c).Cell).ToArray())])
        {
            TeachesDialogues = Dialogues(json, ofDomain: true),
            HasDialogues = Dialogues(json, ofDomain: false),
        };
    }

    private static bool Dialogues(JsonElement json, bool ofDomain) =>
        Member(json, RowsName) is { ValueKind: JsonValueKind.Array } corpora && corpora.EnumerateArray().Any(
            c => (!ofDomain || Member(c, "general") is { ValueKind: JsonValueKind.False })
                && Member(Member(c, "source"), "dialogues") is { ValueKind: JsonValueKind.Number } dialogues
                && dialogues.GetDouble() > 0);

    private static JsonElement? Member(JsonElement? json, string name) =>
        json is { ValueKind: JsonValueKind.Object } && json.Value.TryGetProperty(name, out JsonElement member)
            ? member
            : null;

    private static IEnumerable<List<(string, StatisticsCell)>> RowsOf(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in json.EnumerateArray())
                yield return Row(null, item);
        }
        else if (json.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty p in json.EnumerateObject())
                yield return Row(p.Name, p.Value);
        }
    }

    private static List<(string, StatisticsCell)> Row(string? name, JsonElement json)
    {
        var row = new List<(string, StatisticsCell)>();
        if (name is not null)
            row.Add(("name", new StatisticsCell(name, false)));
        Flatten("", json, row);
        return row;
    }

    /// <summary>Objects within objects become columns of both names: "held out documents".</summary>
    private static void Flatten(string name, JsonElement json, List<(string, StatisticsCell)> into)
    {
        if (json.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty p in json.EnumerateObject())
                Flatten($"{name} {p.Name}".Trim().Replace('_', ' '), p.Value, into);
        }
        else
        {
            into.Add((name.Replace('_', ' '), Cell(name, json)));
        }
    }

    private static StatisticsCell Cell(string name, JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Number when json.TryGetInt64(out long n) => new StatisticsCell(Counts.Of(n), true),
        JsonValueKind.Number when name.EndsWith("efficiency", StringComparison.Ordinal) =>
            new StatisticsCell(Numbers.Percent(json.GetDouble()), true),
        JsonValueKind.Number => new StatisticsCell(Numbers.Value(json.GetDouble()), true),
        JsonValueKind.Null => default,
        JsonValueKind.True => new StatisticsCell("yes", false),
        JsonValueKind.False => new StatisticsCell("no", false),
        JsonValueKind.Array =>
            new StatisticsCell(string.Join(", ", json.EnumerateArray().Select(e => e.ToString())), false),
        _ => new StatisticsCell(json.ToString(), false),
    };
}

/// <param name="Number">Whether it is one, which a table aligns at its right end.</param>
internal readonly record struct StatisticsCell(string? Text, bool Number);
