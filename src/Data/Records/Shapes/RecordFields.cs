using MolEngine.Basics.Values;
using MolEngine.Data.Files;

namespace MolEngine.Data.Records.Shapes;

/// <summary>The fields of a record as a shape takes them: what was taken is remembered, and what is wrong is told.
/// </summary>
internal sealed class RecordFields(FileRecord record)
{
    private readonly HashSet<DataValue> _used = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<DataValue> _kept = new(ReferenceEqualityComparer.Instance);

    public MapValue Values => record.Fields;

    public long Line => record.Place.Line;

    /// <summary>Whether a single value is part of the document.</summary>
    public bool IsUsed(DataValue value) => _used.Contains(value);

    /// <summary>Whether a single value is there for the chat template.</summary>
    public bool IsKept(DataValue value) => _kept.Contains(value);

    /// <summary>Says that all in a value is part of the document.</summary>
    public void Use(DataValue value) => Add(_used, value);

    /// <summary>Says that all in a value is there for the chat template.</summary>
    public void Keep(DataValue value) => Add(_kept, value);

    /// <summary>How well fields fit that must all be there.</summary>
    public ShapeFit Fit(IReadOnlyList<Field> fields)
    {
        var worst = ShapeFit.Full;
        for (int i = 0; i < fields.Count && worst > ShapeFit.No; i++)
        {
            ShapeFit fit = fields[i].In(Values)?.Value switch
            {
                null => ShapeFit.No,
                NullValue => ShapeFit.Null,
                TextValue { Text.Length: 0 } or ListValue { Items.Count: 0 } => ShapeFit.Empty,
                _ => ShapeFit.Full,
            };
            worst = fit < worst ? fit : worst;
        }

        return worst;
    }

    /// <summary>The text of a field that is there, or its number where that is a text too.</summary>
    /// <exception cref="BadRecordException">It is neither.</exception>
    public string Text(Field field, bool numbersToo = false) => Text(field.In(Values)!.Value, numbersToo);

    /// <inheritdoc cref="Text(Field, bool)"/>
    public string Text(FoundField field, bool numbersToo = false)
    {
        if (field.Value is not TextValue && !(numbersToo && field.Value is NumberValue))
            throw Wrong(field.Path, "a string", field.Value);
        Use(field.Value);
        return ValueTexts.Literal(field.Value)!;
    }

    /// <summary>The text of a field that need not be there; "" where it is not, or null.</summary>
    /// <exception cref="BadRecordException">It is no text.</exception>
    public string OptionalText(Field? field, bool numbersToo = false) =>
        field?.In(Values) is { Value: not NullValue } found ? Text(found, numbersToo) : "";

    /// <summary>What is wrong with a value: "expected a string, got a number at byte 43 of the file".</summary>
    public BadRecordException Wrong(ValuePath path, string expected, DataValue? got) =>
        Wrong(path, expected, KindOf(got), showsPlace: got is not (null or NullValue));

    /// <param name="advice">Follows the place, as a sentence.</param>
    public BadRecordException Wrong(
        ValuePath path, string expected, string got, bool showsPlace = true, string? advice = null)
    {
        string place = showsPlace && record.Place.Of(path) is { } known ? $" {known}" : "";
        string more = advice is null ? "" : $". {advice}";
        return record.Place.Problem(
            path.Steps.Count == 0 ? "record" : path.ToString(), $"expected {expected}, got {got}{place}{more}");
    }

    private static void Add(HashSet<DataValue> set, DataValue value)
    {
        if (value is MapValue or ListValue)
            set.UnionWith(ValueTexts.Of(value).Select(t => t.Value));
        else
            set.Add(value);
    }

    public static string KindOf(DataValue? value) => value switch
    {
        null => "none",
        TextValue => "a string",
        NumberValue => "a number",
        FlagValue => "true or false",
        NullValue => "null",
        ListValue => "an array",
        _ => "an object",
    };
}
