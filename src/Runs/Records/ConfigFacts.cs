using MolEngine.Yaml;

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

    /// <summary>Whether questions are messages of a user.</summary>
    public bool AsksInChat { get; init; }

    /// <exception cref="FormatException">It is not YAML.</exception>
    public static ConfigFacts Read(string yaml)
    {
        var root = YamlTree.Parse(yaml);
        bool counted = long.TryParse(root["steps"].Text, out long steps);
        IEnumerable<YamlTree> corpora = root["data"]["corpora"].Items.Where(c => c["name"].Text is not null);
        return new ConfigFacts(
            root["model"].Text, root["init"]["kind"].Text, root["method"].Text, root["loss"]["kind"].Text,
            root["loss"]["alpha"].Text, counted ? steps : null,
            [.. corpora.Select(c => new CorpusFacts(c["name"].Text!, c["kind"].Text))])
        {
            AsksInChat = root["questions"]["pairs"].Text == "chat",
        };
    }
}

/// <param name="Kind">"domain" or "general"; null where nothing says.</param>
public sealed record CorpusFacts(string Name, string? Kind);
