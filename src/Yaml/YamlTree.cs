using YamlDotNet.RepresentationModel;

namespace MolEngine.Yaml;

/// <summary>
/// A YAML document as it is, without a table of keys: for who takes a few values out of a file that another version of
/// the program may have written. What is not there has neither text nor items.
/// </summary>
public sealed class YamlTree
{
    private readonly YamlNode? _node;

    private YamlTree(YamlNode? node) => _node = node;

    /// <summary>The text of a single value; null where it is none.</summary>
    public string? Text => (_node as YamlScalarNode)?.Value;

    /// <summary>The elements of a list; empty where it is none.</summary>
    public IReadOnlyList<YamlTree> Items => [.. (_node as YamlSequenceNode ?? []).Select(n => new YamlTree(n))];

    /// <summary>The value of a key.</summary>
    public YamlTree this[string name] => new(
        _node is YamlMappingNode mapping && mapping.Children.TryGetValue(new YamlScalarNode(name), out YamlNode? child)
            ? child
            : null);

    /// <summary>
    /// Every single value below, by its path (<c>data.corpora[0].path</c>), in the order of the text.
    /// </summary>
    public IEnumerable<(string Path, string Text)> Leaves => LeavesOf(_node, "");

    /// <summary>The first document of a text.</summary>
    /// <exception cref="FormatException">The text is not YAML, or beyond what <see cref="Limits"/> allow.</exception>
    public static YamlTree Parse(string yaml)
    {
        YamlNode? root = YamlDocument.Parse(yaml, "", out string? mistake);
        return mistake is null ? new YamlTree(root) : throw new FormatException(mistake.TrimStart(':'));
    }

    private static IEnumerable<(string Path, string Text)> LeavesOf(YamlNode? node, string path) => node switch
    {
        YamlScalarNode one => [(path, one.Value ?? "")],
        YamlSequenceNode list => list.Children.SelectMany((child, i) => LeavesOf(child, $"{path}[{i}]")),
        YamlMappingNode map => map.Children.SelectMany(c => LeavesOf(
            c.Value, path.Length == 0 ? $"{c.Key}" : $"{path}.{c.Key}")),
        _ => [],
    };
}
