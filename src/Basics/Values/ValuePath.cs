using System.Globalization;

namespace MolEngine.Basics.Values;

/// <summary>A step into a value: to an entry of a map, or to an item of a list.</summary>
/// <param name="Name">The entry's name; null for an item.</param>
/// <param name="Index">The item's place, from 0.</param>
public readonly record struct ValueStep(string? Name, int Index = 0);

/// <summary>A way to a value within a record, as people write it: <c>a.b[0].c</c>.</summary>
public sealed class ValuePath
{
    private readonly string _text;

    private ValuePath(string text, IReadOnlyList<ValueStep> steps)
    {
        _text = text;
        Steps = steps;
    }

    /// <summary>The record itself.</summary>
    public static ValuePath Root { get; } = new("", []);

    public IReadOnlyList<ValueStep> Steps { get; }

    /// <summary>
    /// Reads a path. Every text is one: what is no index in brackets belongs to a name, as in <c>Focus (Drug)[x]</c>.
    /// </summary>
    public static ValuePath Parse(string text)
    {
        var steps = new List<ValueStep>();
        foreach (string part in text.Split('.'))
        {
            string name = part;
            var indices = new Stack<int>();
            while (name.EndsWith(']') && name.LastIndexOf('[') is var open and >= 0
                && int.TryParse(
                    name.AsSpan(open + 1, name.Length - open - 2), NumberStyles.None, CultureInfo.InvariantCulture,
                    out int index))
            {
                indices.Push(index);
                name = name[..open];
            }

            if (name.Length > 0 || indices.Count == 0)
                steps.Add(new(name));
            steps.AddRange(indices.Select(i => new ValueStep(null, i)));
        }

        return new(text, steps);
    }

    public ValuePath Then(string name) =>
        new(_text.Length == 0 ? name : $"{_text}.{name}", [.. Steps, new ValueStep(name)]);

    public ValuePath Then(int index) => new($"{_text}[{index}]", [.. Steps, new ValueStep(null, index)]);

    /// <summary>
    /// The value there; null where there is none. An entry whose own name is the whole path comes first: names may
    /// have dots in them.
    /// </summary>
    public DataValue? In(MapValue record)
    {
        if (record[_text] is { } named)
            return named;
        DataValue? value = record;
        foreach (ValueStep step in Steps)
        {
            value = step.Name is { } name
                ? (value as MapValue)?[name]
                : (value as ListValue)?.Items.ElementAtOrDefault(step.Index);
        }

        return value;
    }

    /// <summary>The way as <see cref="Parse"/> reads it.</summary>
    public override string ToString() => _text;
}
