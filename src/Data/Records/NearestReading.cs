using MolEngine.Basics.Text;
using MolEngine.Basics.Values;
using MolEngine.Data.Records.Shapes;

namespace MolEngine.Data.Records;

/// <summary>What to tell of a record that fits no shape: what was expected and found, and the nearest ways out.
/// </summary>
internal static class NearestReading
{
    /// <summary>Fields that an error names at most.</summary>
    private const int NamesShown = 8;
    private const int WaysShown = 3;

    /// <summary>Longer ones are no names but data.</summary>
    private const int LongestName = 40;

    /// <summary>What is in names of fields that answer.</summary>
    private static readonly string[] Answers =
        ["answer", "solution", "response", "output", "completion", "target", "reply", "summary"];

    /// <param name="named">Whether the config names the fields: then it is the record that lacks them.</param>
    /// <param name="needsAnswer">Whether a text alone is no way out, nor skipping: questions have neither.</param>
    public static string Of(MapValue record, IReadOnlyList<RecordShape> shapes, bool named, bool needsAnswer)
    {
        string expected = shapes is [{ Required.Count: 0 }]
            ? "a field that the template names"
            : shapes.Count == 1
            ? $"{(shapes[0].Required.Count == 1 ? "a key" : "the keys")} {shapes[0]}"
            : $"the keys of one of these: {string.Join("; ", shapes.DistinctBy(s => s.Name))}";
        string more = record.Entries.Count > NamesShown ? ", ..." : "";
        string got = record.Entries.Count == 0
            ? "an object without keys"
            : $"the keys {string.Join(", ", record.Entries.Take(NamesShown).Select(e => Shown(e.Key)))}{more}";
        string[] ways = named ? [] : [.. Ways(record, shapes, needsAnswer).Take(WaysShown)];
        string advice = ways.Length == 0 ? "" : $". Ways out: {string.Join("; ", ways)}";
        return $"expected {expected}, got {got}{advice}";
    }

    private static string Shown(string name) => name.Length > LongestName ? $"{name[..LongestName]}..." : name;

    private static IEnumerable<string> Ways(
        MapValue record, IReadOnlyList<RecordShape> shapes, bool needsAnswer)
    {
        if (record.Entries.All(e => e.Value is TextValue)
            && record.Entries.Any(e => e.Key.Length > LongestName || e.Key.EndsWith('.') || e.Key.EndsWith('?')))
        {
            yield return "put a row of names (question,A,B,C,D,answer) before the first: it was taken for one";
            yield break;
        }

        string[] texts =
        [
            .. record.Entries.Where(e => e.Value is TextValue value && Says(e.Key, value.Text))
                .OrderByDescending(e => ((TextValue)e.Value).Text.Length).Select(e => e.Key),
        ];
        foreach ((string key, DataValue value) in record.Entries)
        {
            if (value is ListValue { Items: [MapValue, ..] items })
            {
                yield return $"take the {Counts.Of(items.Count, "record")} out of {key} (jq -c '.{JqName(key)}[]' "
                    + "FILE > FILE.jsonl)";
            }
        }

        if (shapes.Where(s => s.Required.Count == 2).FirstOrDefault(s => Lacking(s, record).Length == 1) is { } near
            && Other(texts.Except(near.Required.Select(f => f.In(record)?.Path.ToString()))) is { } other)
        {
            string lacking = Lacking(near, record)[0].Path.ToString();
            string[] roles = near.Name == ShapeName.PromptCompletion
                ? ["prompt", "completion"]
                : ["question", "answer"];
            IEnumerable<string> pairs = near.Required.Zip(
                roles, (f, role) => $"{role}: {(f.Path.ToString() == lacking ? other : f.In(record)!.Value.Path)}");
            yield return $"say fields: {{{string.Join(", ", pairs)}}}";
        }

        if (texts.Length > 0 && !needsAnswer)
            yield return $"say fields: {{text: {texts[0]}}}";
        if (texts.Length > 1)
        {
            IEnumerable<string> inOrder = record.Entries.Select(e => e.Key).Where(texts.Take(2).Contains);
            yield return $"say template: \"{string.Join("\\n\\n", inOrder.Select(t => $"{{{t}}}"))}\"";
        }

        if (!needsAnswer)
            yield return "pass over such records with data.skip_bad_records: true";
    }

    /// <summary>Numbers, options' letters and names of records teach nothing.</summary>
    private static bool Says(string name, string text) =>
        name is not [>= 'A' and <= 'Z'] && !name.Equals("id", StringComparison.OrdinalIgnoreCase)
        && !name.EndsWith("_id", StringComparison.OrdinalIgnoreCase) && text.Any(char.IsLetter);

    /// <summary>The field that may be the answer: one whose name says so, else the longest.</summary>
    private static string? Other(IEnumerable<string?> texts)
    {
        string[] names = [.. texts.OfType<string>()];
        return names.FirstOrDefault(n => Answers.Any(a => n.Contains(a, StringComparison.OrdinalIgnoreCase)))
            ?? names.FirstOrDefault();
    }

    /// <summary>A key as jq has it after a dot.</summary>
    private static string JqName(string key) =>
        key.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && !char.IsAsciiDigit(key[0]) ? key : $"\"{key}\"";

    private static Field[] Lacking(RecordShape shape, MapValue record) =>
        [.. shape.Required.Where(f => f.In(record) is null)];
}
