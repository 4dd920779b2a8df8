namespace MolEngine.Yaml;

/// <summary>
/// The keys that a kind of YAML file may have: reading, <c>--set</c>, the manual and the resolved file walk it.
/// </summary>
/// <param name="All">Every key, in the order of the manual and of the resolved file.</param>
/// <param name="Manual">The command that lists the keys, for the error of an unknown one.</param>
public sealed record KeyTable(IReadOnlyList<ConfigKey> All, string Manual)
{
    private readonly Dictionary<string, ConfigKey> _byPath = All.ToDictionary(k => k.Path);
    private readonly HashSet<string> _sections = [.. All.SelectMany(k => Parents(k.Path))];

    /// <summary>
    /// Sections that may be written as one value: <c>init: random</c> is <c>init: {kind: random}</c>.
    /// </summary>
    public IReadOnlyDictionary<string, ConfigKey> Shorthands { get; init; } = new Dictionary<string, ConfigKey>();

    /// <summary>What other programs call a key: an unknown key of such a name is told ours.</summary>
    public IReadOnlyDictionary<string, ConfigKey> NamesElsewhere { get; init; } = new Dictionary<string, ConfigKey>();

    /// <summary>Of such a pair, <c>--set</c> of one takes the other out.</summary>
    public IReadOnlyList<(ConfigKey A, ConfigKey B)> Alternatives { get; init; } = [];

    /// <summary>The key of a path (<c>data.corpora[].path</c>); null where there is none.</summary>
    public ConfigKey? Find(string path) => _byPath.GetValueOrDefault(path);

    /// <summary>Whether a path is that of a section, or of a list of sections with <c>[]</c> at its end.</summary>
    public bool IsSection(string path) => _sections.Contains(path);

    /// <summary>The key or section that a mistyped path most likely meant; null where nothing is near.</summary>
    /// <param name="path">Dotted, indices as <c>[]</c>.</param>
    public string? Nearest(string path)
    {
        string last = path[(path.LastIndexOf('.') + 1)..];
        return NamesElsewhere.TryGetValue(Basics.Text.Nearest.Spelling(last), out ConfigKey? key)
            ? key.Path
            : Basics.Text.Nearest.Of(path, _byPath.Keys.Concat(_sections.Select(ListName)));
    }

    /// <summary>The list of sections that a key is in (<c>data.corpora</c>); null where it is in none.</summary>
    public static string? ListOf(ConfigKey key)
    {
        int bracket = key.Path.IndexOf("[]", StringComparison.Ordinal);
        return bracket < 0 ? null : key.Path[..bracket];
    }

    /// <summary>The sections that a path is in, the outermost first.</summary>
    internal static IEnumerable<string> Parents(string path)
    {
        for (int i = path.IndexOf('.'); i > 0; i = path.IndexOf('.', i + 1))
            yield return path[..i];
    }

    private static string ListName(string section) => section.EndsWith("[]", StringComparison.Ordinal)
        ? section[..^2]
        : section;
}
