namespace MolEngine.Basics.Values;

/// <summary>The single values within a value that a person could read: texts, numbers, true and false.</summary>
public static class ValueTexts
{
    /// <summary>
    /// Every one of them in order, with its path in which indices are left out: <c>messages[].name</c>. Texts of
    /// nothing but white space are none.
    /// </summary>
    public static List<(string Path, DataValue Value)> Of(DataValue value)
    {
        var texts = new List<(string, DataValue)>();
        Add(value, "", texts);
        return texts;
    }

    /// <summary>A text or number as it is written; null for lists, maps and nulls.</summary>
    public static string? Literal(DataValue? value) => value switch
    {
        TextValue text => text.Text,
        NumberValue number => number.Literal,
        FlagValue flag => flag.IsTrue ? "true" : "false",
        _ => null,
    };

    private static void Add(DataValue value, string path, List<(string Path, DataValue Value)> texts)
    {
        if (value is MapValue map)
        {
            foreach ((string name, DataValue entry) in map.Entries)
                Add(entry, path.Length == 0 ? name : $"{path}.{name}", texts);
        }
        else if (value is ListValue list)
        {
            foreach (DataValue item in list.Items)
                Add(item, $"{path}[]", texts);
        }
        else if (!string.IsNullOrWhiteSpace(Literal(value)))
        {
            texts.Add((path, value));
        }
    }
}
