using System.Text.RegularExpressions;
using MolEngine.Basics.Values;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace MolEngine.Yaml;

/// <summary>Values of any kind in YAML, and back as YAML's JSON.</summary>
internal static partial class PlainData
{
    /// <summary>What a node holds; null where it has names or values that JSON cannot have.</summary>
    public static DataValue? Read(YamlNode node) => node switch
    {
        YamlScalarNode { Style: ScalarStyle.Plain } plain => Scalar(plain.Value ?? ""),
        YamlScalarNode quoted => new TextValue(quoted.Value ?? ""),
        YamlSequenceNode list => Whole(list.Children.Select(Read)) is { } items ? new ListValue(items) : null,
        YamlMappingNode map => Whole(map.Children.Select(c => Read(c.Value))) is { } values
            && map.Children.All(c => c.Key is YamlScalarNode)
            ? new MapValue([.. map.Children.Zip(values, (c, v) => new KeyValuePair<string, DataValue>(
                ((YamlScalarNode)c.Key).Value ?? "", v))])
            : null,
        _ => null,
    };

    public static string Write(DataValue value) => value switch
    {
        MapValue map =>
            $"{{{string.Join(", ", map.Entries.Select(e => $"{KeyTypes.Quoted(e.Key)}: {Write(e.Value)}"))}}}",
        ListValue list => $"[{string.Join(", ", list.Items.Select(Write))}]",
        TextValue text => KeyTypes.Quoted(text.Text),
        NumberValue number => number.Literal,
        FlagValue flag => flag.IsTrue ? "true" : "false",
        _ => "null",
    };

    private static List<DataValue>? Whole(IEnumerable<DataValue?> values)
    {
        var all = new List<DataValue>();
        foreach (DataValue? value in values)
        {
            if (value is null)
                return null;
            all.Add(value);
        }

        return all;
    }

    private static DataValue Scalar(string text) => text switch
    {
        "" or "~" or "null" => NullValue.Instance,
        "true" or "True" or "TRUE" => new FlagValue(true),
        "false" or "False" or "FALSE" => new FlagValue(false),
        _ => JsonNumber().IsMatch(text) ? new NumberValue(text) : new TextValue(text),
    };

    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$")]
    private static partial Regex JsonNumber();
}
