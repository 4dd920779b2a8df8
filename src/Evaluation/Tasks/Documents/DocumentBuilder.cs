using System.Globalization;
using MolEngine.Basics.Values;
using MolEngine.Data.Files;
using MolEngine.Data.Records;

namespace MolEngine.Evaluation.Tasks.Documents;

/// <summary>Makes of a record what templates see of it.</summary>
internal sealed class DocumentBuilder(EvalTask task, FoundData data, (string Name, string Title) subset)
{
    private readonly KeyValuePair<string, DataValue>[] _texts =
    [
        .. data.Texts.Select(t => KeyValuePair.Create<string, DataValue>(
            t.Name, new TextValue(string.Concat(FieldRecords.Read(t.File).Select(
                r => ValueTexts.Literal(r.Fields[FieldRecords.TextField])))))),
    ];

    private readonly (string Name, ValuePath[] Paths)[] _fields =
        [.. data.Layout.Fields.Entries.Select(e => (e.Key, Paths(e.Value)))];

    private readonly ValuePath? _right = data.Layout.Right is { } right ? ValuePath.Parse(right) : null;

    private DataSource Layout => data.Layout;

    /// <param name="isOwn">Whether the task file has the record: its names are the templates' already.</param>
    /// <exception cref="UserException">It has no options, or does not say which is right, and the task needs them.
    /// </exception>
    public TaskDocument Build(MapValue record, string place, bool isOwn = false)
    {
        if (task.Preprocess == Preprocessing.Hellaswag && !isOwn)
            record = HellaswagRecord.Of(record, place);
        MapValue named = isOwn ? record : Named(record);
        Choices? choices = ChoicesOf(named);
        int? right = choices is null ? null : Right(named, choices, place);
        bool needsRight = task.Kind == TaskKind.MultipleChoice && !isOwn;
        if (needsRight && choices is null)
            throw Lacks(record, place, Layout.Options is [var one] ? one : "options", "the options of a question");
        if (needsRight && right is null)
        {
            throw Lacks(
                record, place, Layout.Right ?? "answer",
                $"one of {string.Join(", ", choices!.Labels)}, the right option (a file whose answers are withheld "
                    + "cannot be scored)");
        }

        return new TaskDocument(Fields(named, choices), place) { Choices = choices, Right = right };
    }

    private MapValue Named(MapValue record)
    {
        var given = new List<KeyValuePair<string, DataValue>>();
        foreach ((string name, ValuePath[] paths) in _fields)
        {
            if (paths.Select(p => p.In(record)).FirstOrDefault(v => v is not null) is { } value)
                given.Add(new(name, value));
        }

        return new MapValue([.. given, .. record.Entries.Where(e => given.TrueForAll(g => g.Key != e.Key))]);
    }

    private Choices? ChoicesOf(MapValue record)
    {
        if (task.FixedChoices.Count > 0)
            return new Choices(task.FixedChoices, task.FixedChoices);
        if (Layout.Options is not { Count: > 1 } each)
            return Choices.Of(record, Layout.Options is [var path] ? path : null);
        string?[] texts = [.. each.Select(p => ValueTexts.Literal(ValuePath.Parse(p).In(record)))];
        return texts.All(t => t is not null)
            ? new Choices([.. texts.Select((_, i) => $"{(char)('A' + i)}")], texts!)
            : null;
    }

    private int? Right(MapValue record, Choices choices, string place)
    {
        DataValue? said = _right is null ? Choices.UsualAnswer(record) : _right.In(record);
        string? text = ValueTexts.Literal(said);
        if (string.IsNullOrEmpty(text))
            return null;
        int? right = Layout.RightAs switch
        {
            RightAs.Label => Place(choices.Labels, text),
            RightAs.Text => Place(choices.Texts, text),
            RightAs.Place => Number(text),
            RightAs.PlaceFromOne => Number(text) - 1,
            _ => choices.Chosen(said!),
        };
        return right >= 0 && right < choices.Labels.Count ? right : throw new UserException(
            $"{place}: {Layout.Right ?? "answer"}: expected one of {string.Join(", ", choices.Labels)}, by "
                + $"{Layout.RightAs.ToString().ToLowerInvariant()}, got \"{text}\"");
    }

    private MapValue Fields(MapValue record, Choices? choices)
    {
        List<KeyValuePair<string, DataValue>> extra =
            [.. EvalTask.SubsetFields(subset.Name, subset.Title).Entries, .. _texts];
        if (choices is not null)
        {
            extra.Add(new("choices", new ListValue([.. choices.Texts.Select(t => new TextValue(t))])));
            extra.Add(new("options", new ListValue(
            [
                .. choices.Labels.Zip(choices.Texts, (l, t) => new MapValue(
                    [new("label", new TextValue(l)), new("text", new TextValue(t))])),
            ])));
        }

        return new MapValue([.. record.Entries.Where(e => extra.TrueForAll(x => x.Key != e.Key)), .. extra]);
    }

    private UserException Lacks(MapValue record, string place, string field, string expected) => new(
        $"{place}: {field}: {task.Id}: expected {expected}, got a record of "
            + $"{string.Join(", ", record.Entries.Select(e => e.Key))}");

    private static int? Place(IReadOnlyList<string> names, string text)
    {
        for (int i = 0; i < names.Count; i++)
        {
            if (names[i] == text)
                return i;
        }

        return null;
    }

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int at) ? at : null;

    private static ValuePath[] Paths(DataValue value) => value is ListValue list
        ? [.. list.Items.Select(i => ValuePath.Parse(ValueTexts.Literal(i) ?? ""))]
        : [ValuePath.Parse(ValueTexts.Literal(value) ?? "")];
}
