using System.Globalization;
using MolEngine.Basics.Values;

namespace MolEngine.Server.Api;

/// <summary>The fields of a JSON object in a request. A null stands for an absent field.</summary>
/// <param name="path">Of the object within the request; empty for the request itself.</param>
public sealed class RequestFields(MapValue fields, string path = "")
{
    private readonly HashSet<string> _read = [];

    /// <summary>Names of fields that nothing asked for, in order.</summary>
    public IEnumerable<string> Unread => fields.Entries.Select(e => e.Key).Where(k => !_read.Contains(k));

    public MapValue Value => fields;

    /// <summary>A field's place in the request, for errors: <c>messages[0].content</c>.</summary>
    public string PathOf(string name) => path.Length == 0 ? name : $"{path}.{name}";

    public DataValue? this[string name]
    {
        get
        {
            _read.Add(name);
            return fields[name] is { } value and not NullValue ? value : null;
        }
    }

    /// <summary>Fields that are known and have no effect here.</summary>
    public void Accept(params string[] names) => _read.UnionWith(names);

    public string? Text(string name) => this[name] switch
    {
        null => null,
        TextValue text => text.Text,
        { } other => throw Wrong(name, "a string", other),
    };

    public string RequiredText(string name) =>
        Text(name) ?? throw ApiException.Field(PathOf(name), "expected a string, got none");

    public bool? Flag(string name) => this[name] switch
    {
        null => null,
        FlagValue flag => flag.IsTrue,
        { } other => throw Wrong(name, "true or false", other),
    };

    public double? Number(string name, double least, double most, string range)
    {
        if (this[name] is not { } value)
            return null;
        return value is NumberValue number
            && double.TryParse(number.Literal, CultureInfo.InvariantCulture, out double found)
            && found >= least && found <= most
            ? found
            : throw Wrong(name, range, value);
    }

    public long? Integer(string name, long least, long most)
    {
        if (this[name] is not { } value)
            return null;
        return IntegerOf(value) is { } found && found >= least && found <= most
            ? found
            : throw Wrong(name, $"an integer from {least} to {most}", value);
    }

    public IReadOnlyList<DataValue>? List(string name) => this[name] switch
    {
        null => null,
        ListValue list => list.Items,
        { } other => throw Wrong(name, "a list", other),
    };

    public RequestFields? Map(string name) => this[name] switch
    {
        null => null,
        MapValue map => new RequestFields(map, PathOf(name)),
        { } other => throw Wrong(name, "an object", other),
    };

    /// <summary>A text, or a list of them.</summary>
    public IReadOnlyList<string> Texts(string name) => this[name] switch
    {
        null => [],
        TextValue text => [text.Text],
        ListValue list when list.Items.All(i => i is TextValue) => [.. list.Items.Select(i => ((TextValue)i).Text)],
        { } other => throw Wrong(name, "a string or a list of strings", other),
    };

    public ApiException Wrong(string name, string expected, DataValue got) =>
        ApiException.Field(PathOf(name), $"expected {expected}, got {Shown(got)}");

    /// <summary>A number without a fraction that fits; null for anything else.</summary>
    public static long? IntegerOf(DataValue value) =>
        value is NumberValue { Literal: var literal }
        && (long.TryParse(literal, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole)
            || (double.TryParse(literal, CultureInfo.InvariantCulture, out double number)
                && Math.Abs(number) < 1L << 53 && (whole = (long)number) == number))
            ? whole
            : null;

    /// <summary>A value in few words: what a client sent may be long.</summary>
    public static string Shown(DataValue value)
    {
        const int Most = 60;
        return value switch
        {
            TextValue { Text.Length: > Most } text => $"\"{text.Text[..Most]}...\"",
            TextValue text => $"\"{text.Text}\"",
            NumberValue { Literal.Length: > Most } => "a number of many digits",
            NumberValue number => number.Literal,
            FlagValue flag => flag.IsTrue ? "true" : "false",
            ListValue list => $"a list of {list.Items.Count}",
            MapValue => "an object",
            _ => "null",
        };
    }
}
