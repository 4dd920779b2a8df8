using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace MolEngine.Runs.Records;

/// <summary>
/// What a report takes out of config.yaml. It is read leniently, and apart from the config's own reader: a report must
/// come out for a run of an older or newer program too.
/// </summary>
/// <param name="Method">"lora" or "full".</param>
/// <param name="Loss">"mol", "ce", ...</param>
/// <param name="Steps">As planned; null where epochs were.</param>
public sealed record ConfigFacts(
    string? Model,
    string? Init,
    string? Method,
    string? Loss,
    string? Alpha,
    long? Steps,
    IReadOnlyList<CorpusFacts> Corpora)
{
    public static readonly ConfigFacts None = new(null, null, null, null, null, null, []);

    /// <exception cref="FormatException">It is not YAML.</exception>
    public static ConfigFacts Read(string yaml)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            YamlNode? root = stream.Documents.Count == 0 ? null : stream.Documents[0].RootNode;
            bool counted = long.TryParse(Text(root, "steps"), CultureInfo.InvariantCulture, out long steps);
            return new ConfigFacts(
                Text(root, "model"), Text(root, "init", "kind"), Text(root, "method"), Text(root, "loss", "kind"),
                Text(root, "loss", "alpha"), counted ? steps : null, CorporaOf(Child(Child(root, "data"), "corpora")));
        }
        catch (Exception e) when (e is YamlException or InvalidOperationException or ArgumentException)
        {
            throw new FormatException(e.Message, e);
        }
    }

    private static CorpusFacts[] CorporaOf(YamlNode? list)
    {
        IEnumerable<YamlNode> named = (list as YamlSequenceNode ?? []).Where(c => Text(c, "name") is not null);
        return [.. named.Select(c => new CorpusFacts(Text(c, "name")!, Text(c, "kind")))];
    }

    private static string? Text(YamlNode? node, params ReadOnlySpan<string> path)
    {
        foreach (string name in path)
            node = Child(node, name);
        return (node as YamlScalarNode)?.Value;
    }

    private static YamlNode? Child(YamlNode? node, string name) =>
        node is YamlMappingNode mapping && mapping.Children.TryGetValue(new YamlScalarNode(name), out YamlNode? child)
            ? child
            : null;
}

/// <param name="Kind">"domain" or "general"; null where nothing says.</param>
public sealed record CorpusFacts(string Name, string? Kind);
