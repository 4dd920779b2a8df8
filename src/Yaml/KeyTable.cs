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
    public string? Nearest(string path) =>
        NamesElsewhere.TryGetValue(path[(path.LastIndexOf('.') + 1)..], out ConfigKey? key)
            ? key.Path
            : Basics.Text.Nearest.Of(path, _byPath.Keys.Concat(_sections));

    /// <summary>
    /// Where a concrete path stands in the resolved file. Elements of a list stay together: they sort at their list's
    /// first key, then by index.
    /// </summary>
    internal (int Section, int Index, int Key) Place(string path)
    {
        string normal = ConfigValues.Normal(path);
        int key = All.TakeWhile(k => k.Path != normal).Count();
        int bracket = normal.IndexOf("[]", StringComparison.Ordinal);
        if (bracket < 0)
            return (key, 0, key);
        string list = normal[..(bracket + 2)];
        int section = All.TakeWhile(k => !k.Path.StartsWith(list, StringComparison.Ordinal)).Count();
        return (section, int.Parse(path[(bracket + 1)..path.IndexOf(']')]), key);
    }

    private static IEnumerable<string> Parents(string path)
    {
        for (int i = path.IndexOf('.'); i > 0; i = path.IndexOf('.', i + 1))
            yield return path[..i];
    }
}
