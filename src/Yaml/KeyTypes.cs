using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using MolEngine.Basics.Files;
using MolEngine.Basics.Values;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace MolEngine.Yaml;

/// <summary>
/// How the text of a config value becomes a value of a type, and back. A reader returns false for what is not of the
/// type.
/// </summary>
/// <param name="Expects">What a reader of an error message should write: "an integer".</param>
/// <param name="Schema">JSON Schema that holds of every value which is read; it may allow more.</param>
public sealed record KeyType<T>(string Expects, KeyType<T>.Reader Read, Func<T, string> Write, string Schema)
{
    public delegate bool Reader(YamlNode node, out T value);
}

public static class KeyTypes
{
    private static readonly JsonSerializerOptions Readable =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>YAML reads digits and true as no texts: an editor must not mind.</summary>
    private const string AnyText = """{"type": ["string", "number", "boolean"]}""";

    /// <summary>Of 1_000 an editor sees a text.</summary>
    private const string AnyInteger =
        """{"anyOf": [{"type": "integer"}, {"type": "string", "pattern": "^[-+]?[0-9][0-9_]*$"}]}""";

    private const string AnyMap = """{"type": "object"}""";

    private const string AnyNumber =
        """{"anyOf": [{"type": "number"}, {"type": "string", "pattern": "^[-+]?[0-9.][0-9_.eE+-]*$"}]}""";

    /// <summary>YAML 1.2, which editors read, has no yes and no.</summary>
    private const string Truth =
        """{"anyOf": [{"type": "boolean"}, {"enum": ["yes", "no", "on", "off"]}]}""";

    public static readonly KeyType<string> Text = new("text", ReadText, Quote, AnyText);

    /// <summary>A path of what need not be there yet; <c>~</c> at its beginning is the home folder.</summary>
    public static readonly KeyType<string> Path = new("a path", ReadPath, Quote, AnyText);

    public static readonly KeyType<int> Int = new("an integer", ReadInt, x => x.ToString(), AnyInteger);

    public static readonly KeyType<long> Long = new("an integer", ReadLong, x => x.ToString(), AnyInteger);

    public static readonly KeyType<double> Number = new("a number", ReadDouble, WriteDouble, AnyNumber);

    public static readonly KeyType<bool> Bool = new("true or false", ReadBool, x => x ? "true" : "false", Truth);

    public static readonly KeyType<IReadOnlyList<double>> Numbers =
        new("a list of numbers", ReadNumbers, x => WriteList(x, Number), ListOf(AnyNumber));

    public static readonly KeyType<IReadOnlyList<string>> Names =
        new("a list of names", ReadNames, x => WriteList(x, Text), ListOf(AnyText));

    /// <summary>A text, or a list of them.</summary>
    public static readonly KeyType<IReadOnlyList<string>> Paths =
        new(
            "a path or a list of paths", ReadPaths, x => x.Count == 1 ? Text.Write(x[0]) : WriteList(x, Text),
            Either(AnyText, ListOf(AnyText)));

    /// <summary>A text; or texts under names, as a map, or as a list of maps of one where a name comes twice.</summary>
    public static readonly KeyType<IReadOnlyList<NamedText>> NamedTexts =
        new(
            "text, or texts by name", ReadNamedTexts, WriteNamedTexts,
            Either(AnyText, MapOf(AnyText), ListOf(MapOf(AnyText))));

    /// <summary>One of an enum's names, written in snake case.</summary>
    /// <param name="former">Names that values had in earlier programs: read, and not written.</param>
    public static KeyType<T> OneOf<T>(params (string Name, T Value)[] former)
        where T : struct, Enum
    {
        string[] names = [.. Enum.GetNames<T>().Select(Snake)];
        KeyType<string> name = OneOf(names);
        return new KeyType<T>(
            name.Expects, Read, x => Snake(x.ToString()), EnumOf([.. names, .. former.Select(f => f.Name)]));

        bool Read(YamlNode node, out T value)
        {
            bool known = name.Read(node, out string text);
            int old = Array.FindIndex(former, f => f.Name == text);
            value = known ? Enum.GetValues<T>()[Array.IndexOf(names, text)] : old >= 0 ? former[old].Value : default;
            return known || old >= 0;
        }
    }

    /// <summary>One of several names.</summary>
    public static KeyType<string> OneOf(IReadOnlyList<string> names)
    {
        return new KeyType<string>(string.Join(" | ", names), Read, x => x, EnumOf(names));

        bool Read(YamlNode node, out string value)
        {
            value = Scalar(node) ?? "";
            return names.Contains(value);
        }
    }

    /// <summary>
    /// A value that is written as one word or a few, as its own parser reads them and ToString writes them.
    /// </summary>
    /// <param name="parse">Null is "not what was expected".</param>
    public static KeyType<T> Parsed<T>(string expects, Func<string, T?> parse)
        where T : struct
    {
        return new KeyType<T>(expects, Read, x => x.ToString()!, AnyText);

        bool Read(YamlNode node, out T value)
        {
            T? parsed = Scalar(node) is { } text ? parse(text) : null;
            value = parsed ?? default;
            return parsed is not null;
        }
    }

    /// <summary>Names with values of any kind: what a chat template is told.</summary>
    public static readonly KeyType<MapValue> Map = new("names with values", ReadMap, PlainData.Write, AnyMap);

    /// <summary>Records: a list of names with values of any kind.</summary>
    public static readonly KeyType<IReadOnlyList<MapValue>> Maps =
        new("a list of names with values", ReadMaps, x => WriteList(x, Map), ListOf(AnyMap));

    /// <summary>One of several names, which may look like true, false or null.</summary>
    private static string EnumOf(IEnumerable<string> names) =>
        $"{{\"enum\": [{string.Join(", ", names.Select(Quoted))}]}}";

    private static string ListOf(string schema) => $"{{\"type\": \"array\", \"items\": {schema}}}";

    private static string MapOf(string schema) => $"{{\"type\": \"object\", \"additionalProperties\": {schema}}}";

    private static string Either(params string[] schemas) => $"{{\"anyOf\": [{string.Join(", ", schemas)}]}}";

    private static string Snake(string name) => string.Concat(
        name.Select((c, i) => char.IsAsciiLetterUpper(c) ? $"{(i > 0 ? "_" : "")}{char.ToLowerInvariant(c)}" : $"{c}"));

    private static string? Scalar(YamlNode node) => (node as YamlScalarNode)?.Value;

    private static bool IsQuoted(YamlNode node) =>
        node is YamlScalarNode { Style: ScalarStyle.SingleQuoted or ScalarStyle.DoubleQuoted };

    private static bool ReadMap(YamlNode node, out MapValue value)
    {
        value = PlainData.Read(node) as MapValue ?? MapValue.Empty;
        return node is YamlMappingNode map && map.Children.Count == value.Entries.Count;
    }

    private static bool ReadMaps(YamlNode node, out IReadOnlyList<MapValue> value) => ReadList(node, Map, out value);

    private static bool ReadText(YamlNode node, out string value)
    {
        value = Scalar(node) ?? "";
        return node is YamlScalarNode;
    }

    private static bool ReadPath(YamlNode node, out string value)
    {
        bool isPath = ReadText(node, out value) && !value.Contains('\0');
        value = HomePath.Expand(value);
        return isPath;
    }

    private static bool ReadLong(YamlNode node, out long value)
    {
        string? text = IsQuoted(node) ? null : Scalar(node)?.Replace("_", "");
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value))
            return true;

        // 1e6 and 20.0 are integers too.
        bool whole = ReadDouble(node, out double number) && Math.Floor(number) == number && Math.Abs(number) < 1L << 53;
        value = whole ? (long)number : 0;
        return whole;
    }

    private static bool ReadInt(YamlNode node, out int value)
    {
        bool ok = ReadLong(node, out long wide) && wide is >= int.MinValue and <= int.MaxValue;
        value = ok ? (int)wide : 0;
        return ok;
    }

    private static bool ReadDouble(YamlNode node, out double value)
    {
        value = 0;
        string? text = IsQuoted(node) ? null : Scalar(node)?.Replace("_", "");
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(
            value);
    }

    private static bool ReadBool(YamlNode node, out bool value)
    {
        string? text = IsQuoted(node) ? null : Scalar(node)?.ToLowerInvariant();
        value = text is "true" or "yes" or "on";
        return value || text is "false" or "no" or "off";
    }

    private static bool ReadNumbers(YamlNode node, out IReadOnlyList<double> value) =>
        ReadList(node, Number, out value);

    private static bool ReadNames(YamlNode node, out IReadOnlyList<string> value) => ReadList(node, Text, out value);

    private static bool ReadPaths(YamlNode node, out IReadOnlyList<string> value)
    {
        value = Scalar(node) is { } one ? [one] : [];
        return (value.Count > 0 || ReadNames(node, out value)) && !value.Any(p => p.Contains('\0'));
    }

    private static bool ReadNamedTexts(YamlNode node, out IReadOnlyList<NamedText> value)
    {
        IEnumerable<(YamlNode? Name, YamlNode Text)> texts = node switch
        {
            YamlMappingNode map => map.Children.Select(c => ((YamlNode?)c.Key, c.Value)),
            YamlSequenceNode list when list.All(c => c is YamlMappingNode { Children.Count: 1 }) =>
                list.Select(c => ((YamlMappingNode)c).Children[0]).Select(c => ((YamlNode?)c.Key, c.Value)),
            _ => [(null, node)],
        };
        (YamlNode? Name, YamlNode Text)[] all = [.. texts];
        value = [.. all.Select(t => new NamedText(
            t.Name is null ? null : Scalar(t.Name), Scalar(t.Text) ?? "", LeavesEscape(t.Text)))];
        return all.Length > 0 && all.All(t => t.Text is YamlScalarNode && t.Name is null or YamlScalarNode);
    }

    /// <summary>Only in double quotes does YAML make a line break of a backslash and an n.</summary>
    private static bool LeavesEscape(YamlNode node) =>
        node is YamlScalarNode { Style: not ScalarStyle.DoubleQuoted, Value: { } text }
        && (text.Contains(@"\n") || text.Contains(@"\t"));

    private static string WriteNamedTexts(IReadOnlyList<NamedText> texts)
    {
        if (texts is [{ Name: null } one])
            return Quote(one.Text);
        string[] pairs = [.. texts.Select(t => $"{Quote(t.Name!)}: {Quote(t.Text)}")];
        return texts.Select(t => t.Name).Distinct().Count() == texts.Count
            ? $"{{{string.Join(", ", pairs)}}}"
            : $"[{string.Join(", ", pairs.Select(p => $"{{{p}}}"))}]";
    }

    private static bool ReadList<T>(YamlNode node, KeyType<T> element, out IReadOnlyList<T> value)
    {
        var list = new List<T>();
        value = list;
        if (node is not YamlSequenceNode sequence)
            return false;
        foreach (YamlNode child in sequence)
        {
            if (!element.Read(child, out T item))
                return false;
            list.Add(item);
        }

        return true;
    }

    private static string WriteDouble(double x)
    {
        string text = x.ToString("R");
        return text.Replace("E", "e");
    }

    private static string WriteList<T>(IReadOnlyList<T> list, KeyType<T> element) =>
        $"[{string.Join(", ", list.Select(element.Write))}]";

    /// <summary>Plain where YAML reads the same text back, else in double quotes.</summary>
    private static string Quote(string text)
    {
        bool plain = text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || "_-./".Contains(c))
            && !"-.".Contains(text[0]) && !IsReserved(text);
        return plain ? text : Quoted(text);
    }

    /// <summary>In double quotes, as YAML and JSON both read it; what needs no escape has none.</summary>
    internal static string Quoted(string text) => JsonSerializer.Serialize(text, Readable);

    private static bool IsReserved(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
        || text.ToLowerInvariant() is "true" or "false" or "null" or "yes" or "no" or "on" or "off" or "y" or "n";
}
