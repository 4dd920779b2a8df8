using MolEngine.Basics.Text;
using MolEngine.Basics.Values;
using MolEngine.Data.Records.Shapes;
using MolEngine.Yaml;

namespace MolEngine.Data.Records;

/// <summary>What to tell of a record that fits no shape: what was expected and found, and the nearest ways out.
/// </summary>
internal static class NearestReading
{
    /// <summary>Before a way out that is a key of the corpus.</summary>
    private const string Say = "say ";

    /// <summary>Fields that an error names at most.</summary>
    private const int NamesShown = 8;
    private const int WaysShown = 3;

    /// <summary>Fields that a template is made of at most, the longest.</summary>
    private const int FieldsJoined = 3;

    /// <summary>Longer ones are no names but data.</summary>
    private const int LongestName = 40;

    /// <summary>What is in names of fields that answer.</summary>
    private static readonly string[] Answers =
        ["answer", "solution", "response", "output", "completion", "target", "reply", "summary"];

    /// <summary>What is in names of fields that a question is asked about.</summary>
    private static readonly string[] Inputs = ["input", "context", "passage", "background", "article", "paragraph"];

    /// <summary>What is in names of lists that are one dialogue, not records.</summary>
    private static readonly string[] Dialogues = ["conv", "dialog", "turn", "chat", "message", "history"];

    /// <param name="named">Whether the config names the fields: then it is the record that lacks them.</param>
    /// <param name="needsAnswer">Whether a text alone is no way out, nor skipping: questions have neither.</param>
    /// <param name="readings">The ways out that are a key of the corpus: <c>fields: {text: note}</c>.</param>
    public static string Of(
        MapValue record, IReadOnlyList<RecordShape> shapes, bool named, bool needsAnswer,
        out IReadOnlyList<string> readings)
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
        readings = [.. ways.Where(w => w.StartsWith(Say, StringComparison.Ordinal)).Select(w => w[Say.Length..])];
        string advice = ways.Length == 0 ? "" : $". Ways out: {string.Join("; ", ways)}";
        return $"expected {expected}, got {got}{advice}";
    }

    /// <summary>The key that names fields, as YAML has it.</summary>
    private static string Fields(IEnumerable<(string Role, string Name)> names) =>
        $"{Say}fields: {{{string.Join(", ", names.Select(n => $"{n.Role}: {KeyTypes.Text.Write(n.Name)}"))}}}";

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
            if (value is ListValue { Items: [MapValue first, ..] items }
                && (Fitting(first, shapes) is not null || !IsNamed(key, Dialogues)))
            {
                yield return $"take the {Counts.Of(items.Count, "record")} out of {key} (jq -c '.{JqName(key)}[]' "
                    + "FILE > FILE.jsonl)";
            }
        }

        foreach ((string key, DataValue value) in record.Entries)
        {
            if (value is MapValue inner && Fitting(inner, shapes) is { } shape && Roles(shape) is { } roles)
            {
                yield return Fields(roles.Zip(shape.Required, (r, f) => (r, $"{key}.{f.In(inner)!.Value.Path}")));
            }
        }

        foreach (string way in Completed(record, shapes, texts))
            yield return way;
        if (texts.Length > 0 && !needsAnswer)
            yield return Fields([("text", texts[0])]);
        if (texts.Length > 1)
        {
            IEnumerable<string> inOrder = record.Entries.Select(e => e.Key).Where(texts.Take(FieldsJoined).Contains);
            yield return $"{Say}template: \"{string.Join("\\n\\n", inOrder.Select(t => $"{{{t}}}"))}\"";
        }

        if (!needsAnswer)
            yield return "pass over such records with data.skip_bad_records: true";
    }

    /// <summary>The ways of a shape of which one field is there, and another that may be its second.</summary>
    /// <param name="texts">Fields that say something, the longest first.</param>
    private static IEnumerable<string> Completed(
        MapValue record, IReadOnlyList<RecordShape> shapes, string[] texts)
    {
        if (shapes.Where(s => s.Required.Count == 2).FirstOrDefault(s => Lacking(s, record).Length == 1) is not
            { } near)
            yield break;
        string?[] there = [.. near.Required.Select(f => f.In(record)?.Path.ToString())];
        if ((Other(texts.Except(there)) ?? AnswerWithin(record)) is not { } other)
            yield break;
        string[] named = [.. there.Select(t => t ?? other)];
        string[] left = [.. texts.Except(named).OfType<string>().Where(t => IsNamed(t, Inputs))];
        if (left.Length > 0 && there[0] is { } asks)
        {
            string optional = string.Concat(left.Select(t => $"[[\\n{{{t}}}]]"));
            yield return $"{Say}template: {{user: \"{{{asks}}}{optional}\", assistant: \"{{{other}}}\"}}";
        }

        yield return Fields(Roles(near)!.Zip(named));
    }

    private static bool IsNamed(string name, string[] words) =>
        words.Any(w => name.Contains(w, StringComparison.OrdinalIgnoreCase));

    /// <summary>A text inside of a field whose name says that it answers: <c>answers.text[0]</c>.</summary>
    private static string? AnswerWithin(MapValue record)
    {
        foreach ((string key, DataValue value) in record.Entries)
        {
            if (IsNamed(key, Answers) && FirstText(value, ValuePath.Root.Then(key)) is { } path)
                return path.ToString();
        }

        return null;
    }

    private static ValuePath? FirstText(DataValue value, ValuePath path) => value switch
    {
        TextValue => path,
        ListValue { Items: [var first, ..] } => FirstText(first, path.Then(0)),
        MapValue map => map.Entries.Select(e => FirstText(e.Value, path.Then(e.Key)))
            .FirstOrDefault(found => found is not null),
        _ => null,
    };

    private static RecordShape? Fitting(MapValue record, IReadOnlyList<RecordShape> shapes) =>
        shapes.FirstOrDefault(s => s.Required.All(f => f.In(record)?.Value is { } value && (IsDialogue(s)
            ? value is ListValue { Items: [MapValue, ..] }
            : value is TextValue)));

    private static bool IsDialogue(RecordShape shape) => shape.Name is ShapeName.Messages or ShapeName.Sharegpt;

    /// <summary>What the key <c>fields</c> calls the fields of a shape; null where it has no names for them.</summary>
    private static string[]? Roles(RecordShape shape) => (shape.Name, shape.Required.Count) switch
    {
        (ShapeName.Messages or ShapeName.Sharegpt, 1) => ["messages"],
        (ShapeName.Text, 1) => ["text"],
        (ShapeName.PromptCompletion, 2) => ["prompt", "completion"],
        (_, 2) => ["question", "answer"],
        _ => null,
    };

    /// <summary>Numbers, options' letters and names of records teach nothing.</summary>
    private static bool Says(string name, string text) =>
        name is not [>= 'A' and <= 'Z'] && !name.Equals("id", StringComparison.OrdinalIgnoreCase)
        && !name.EndsWith("_id", StringComparison.OrdinalIgnoreCase) && text.Any(char.IsLetter);

    /// <summary>The field that may be the answer: one whose name says so, else the longest.</summary>
    private static string? Other(IEnumerable<string?> texts)
    {
        string[] names = [.. texts.OfType<string>()];
        return names.FirstOrDefault(n => IsNamed(n, Answers)) ?? names.FirstOrDefault();
    }

    /// <summary>A key as jq has it after a dot.</summary>
    private static string JqName(string key) =>
        key.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && key.Length > 0
            && !char.IsAsciiDigit(key[0]) ? key : $"\"{key}\"";

    private static Field[] Lacking(RecordShape shape, MapValue record) =>
        [.. shape.Required.Where(f => f.In(record) is null)];
}
