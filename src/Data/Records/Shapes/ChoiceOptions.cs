using System.Globalization;
using MolEngine.Basics.Values;
using MolEngine.Data.Files;

namespace MolEngine.Data.Records.Shapes;

/// <summary>An answer that may be chosen.</summary>
/// <param name="Label">"A".</param>
/// <param name="LabelValue">Where the record has the label; null where it follows from the place.</param>
internal sealed record ChoiceOption(string Label, FoundField Text, DataValue? LabelValue = null);

/// <summary>The options of a multiple choice question, in any of the ways in which files have them.</summary>
internal static class ChoiceOptions
{
    private static readonly Field[] Lists = [Field.Usual("options"), Field.Usual("choices")];

    /// <summary>Columns of their own, by the name of that of each letter.</summary>
    private static readonly Func<char, string>[] Columns =
        [c => $"{c}", c => $"op{char.ToLowerInvariant(c)}", c => $"option_{char.ToLowerInvariant(c)}"];

    /// <summary>
    /// The options; null where a record has none, or fewer than two. A table has a place for every option that any of
    /// its records has: one without a text is none.
    /// </summary>
    /// <param name="named">The field that the config names; null looks for the usual ones.</param>
    public static IReadOnlyList<ChoiceOption>? Of(MapValue record, Field? named)
    {
        FoundField? field = In(record, named);
        IReadOnlyList<ChoiceOption> options = field switch
        {
            { Value: TextValue cell } when JsonText.List(cell.Text) is { } list => OfList(list, field.Value.Path),
            { Value: MapValue map } => OfMap(map, field.Value.Path),
            { Value: ListValue list } => OfList(list, field.Value.Path),
            null when named is null => OfColumns(record),
            _ => [],
        };
        options = [.. options.Where(o => o.Text.Value is not NullValue)];
        return options.Count > 1 && options.All(o => ValueTexts.Literal(o.Text.Value) is not null) ? options : null;
    }

    /// <summary>The one field that holds the options, also as JSON in a cell of a table; null where there is none.
    /// </summary>
    public static FoundField? In(MapValue record, Field? named) =>
        (named is null ? Lists : [named]).Select(f => f.In(record)).FirstOrDefault(f => f is not null);

    /// <summary>Place of the option that an answer means: its label, its text (either with the label's mark or
    /// without), or its place from 0; null: none.</summary>
    public static int? Chosen(IReadOnlyList<ChoiceOption> options, DataValue answer)
    {
        string said = ValueTexts.Literal(answer) ?? "";
        int label = Find(o => o.Label.Equals(said.Trim(' ', '(', ')', '.'), StringComparison.OrdinalIgnoreCase));
        int text = Find(o => OptionMark.Without(ValueTexts.Literal(o.Text.Value)!, o.Label)
            == OptionMark.Without(said, o.Label));
        if (label >= 0 || text >= 0)
            return label >= 0 && text >= 0 && label != text ? null : Math.Max(label, text);
        return int.TryParse(said, NumberStyles.None, CultureInfo.InvariantCulture, out int at) && at < options.Count
            ? at
            : null;

        int Find(Func<ChoiceOption, bool> matches)
        {
            for (int i = 0; i < options.Count; i++)
            {
                if (matches(options[i]))
                    return i;
            }

            return -1;
        }
    }

    /// <summary>Labels and texts by name, or both as lists: <c>{"label": [...], "text": [...]}</c>.</summary>
    private static ChoiceOption[] OfMap(MapValue map, ValuePath path)
    {
        if (map["text"] is ListValue texts && map["label"] is ListValue labels
            && texts.Items.Count == labels.Items.Count)
        {
            return
            [
                .. texts.Items.Zip(labels.Items).Select((pair, i) => new ChoiceOption(
                    ValueTexts.Literal(pair.Second) ?? OptionMark.Label(i), new(path.Then("text").Then(i), pair.First),
                    pair.Second)),
            ];
        }

        return [.. map.Entries.Select(e => new ChoiceOption(e.Key, new(path.Then(e.Key), e.Value)))];
    }

    /// <summary>Texts, labelled as they are themselves where they are, or objects with a label each.</summary>
    private static ChoiceOption[] OfList(ListValue list, ValuePath path)
    {
        IReadOnlyList<string>? labels = OptionMark.LabelsOf(
            [.. list.Items.Select(i => (i as TextValue)?.Text ?? "")]);
        return
        [
            .. list.Items.Select((item, i) => item is not MapValue map
                ? new ChoiceOption(labels?[i] ?? OptionMark.Label(i), new(path.Then(i), item))
                : new ChoiceOption(
                    ValueTexts.Literal(map["key"] ?? map["label"]) ?? OptionMark.Label(i),
                    new(path.Then(i), map["value"] ?? map["text"] ?? NullValue.Instance), map["key"] ?? map["label"])),
        ];
    }

    private static ChoiceOption[] OfColumns(MapValue record)
    {
        foreach (Func<char, string> name in Columns)
        {
            ChoiceOption[] options =
            [
                .. Enumerable.Range('A', OptionMark.MostLetters).Select(c => (Letter: (char)c, Name: name((char)c)))
                    .TakeWhile(c => record[c.Name] is TextValue { Text.Length: > 0 } or NumberValue)
                    .Select(c => new ChoiceOption(
                        $"{c.Letter}", new(ValuePath.Root.Then(c.Name), record[c.Name]!))),
            ];
            if (options.Length > 1)
                return options;
        }

        return [];
    }
}
