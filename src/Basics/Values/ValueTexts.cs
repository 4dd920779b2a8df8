namespace MolEngine.Basics.Values;

/// <summary>The single values within a value that a person could read: texts, numbers, true and false.</summary>
public static class ValueTexts
{
    /// <summary>
    /// Every one of them in order, with its path in which indices are left out: <c>messages[].name</c>. Texts of
    /// nothing but white space are none.
    /// </summary>
    public static IEnumerable<(string Path, DataValue Value)> Of(DataValue value) => Of(value, "");

    /// <summary>A text or number as it is written; null for lists, maps and nulls.</summary>
    public static string? Literal(DataValue? value) => value switch
    {
        TextValue text => text.Text,
        NumberValue number => number.Literal,
        FlagValue flag => flag.IsTrue ? "true" : "false",
        _ => null,
    };

    private static IEnumerable<(string Path, DataValue Value)> Of(DataValue value, string path) => value switch
    {
        MapValue map => map.Entries.SelectMany(e => Of(e.Value, path.Length == 0 ? e.Key : $"{path}.{e.Key}")),
        ListValue list => list.Items.SelectMany(item => Of(item, $"{path}[]")),
        _ => string.IsNullOrWhiteSpace(Literal(value)) ? [] : [(path, value)],
    };
}
