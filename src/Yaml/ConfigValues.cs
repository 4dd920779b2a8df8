using System.Text.RegularExpressions;

namespace MolEngine.Yaml;

/// <summary>
/// The values that a config gives, by concrete path (<c>data.corpora[0].path</c>), each with where it stands.
/// </summary>
/// <param name="keys">Those that the file may have.</param>
public sealed partial class ConfigValues(KeyTable keys)
{
    private readonly Dictionary<string, (object Value, string Where)> _given = [];
    private readonly Dictionary<string, string> _resolved = [];

    /// <summary>Whether model and corpora need not be where the config says: what uses them looks itself.</summary>
    public bool InputsMayBeAbsent { get; init; }

    /// <summary>Mistakes so far; all are shown together.</summary>
    public List<string> Errors { get; } = [];

    public static string Concrete(ConfigKey key, int index) => key.Path.Replace("[]", $"[{index}]");

    public static string Normal(string path) => Index().Replace(path, "[]");

    public bool Has(ConfigKey key, int index = 0) => _given.ContainsKey(Concrete(key, index));

    /// <summary>"config.yaml:12", or the whole config's name for what is not given.</summary>
    public string Where(string path, string otherwise) =>
        _given.TryGetValue(path, out (object, string Where) v) ? v.Where : otherwise;

    /// <summary>Adds a mistake about a key, with the place where its value stands.</summary>
    public void Wrong(ConfigKey key, string source, int index, string message)
    {
        string path = Concrete(key, index);
        Errors.Add($"{Where(path, source)}: {path}: {message}");
    }

    public void Set(string path, object value, string where) => _given[path] = (value, where);

    public void Remove(string path) => _given.Remove(path);

    /// <summary>Forgets the elements of a list: <c>--set data.corpora=[...]</c> replaces all of it.</summary>
    public void RemoveElements(string list)
    {
        foreach (string path in _given.Keys.Where(p => p.StartsWith(list + "[", StringComparison.Ordinal)).ToList())
            _given.Remove(path);
    }

    /// <summary>Number of elements of the list at <paramref name="list"/>.</summary>
    public int Count(string list)
    {
        int count = 0;
        foreach (string path in _given.Keys.Where(p => p.StartsWith(list + "[", StringComparison.Ordinal)))
            count = Math.Max(count, int.Parse(path[(list.Length + 1)..path.IndexOf(']')]) + 1);
        return count;
    }

    /// <summary>The value given, else the default; what comes out is what the resolved config shows.</summary>
    public T Take<T>(ConfigKey<T> key, T otherwise, int index = 0)
        where T : notnull
    {
        string path = Concrete(key, index);
        T value = _given.TryGetValue(path, out (object Value, string) v) ? (T)v.Value : otherwise;
        _resolved[path] = key.Write(value);
        return value;
    }

    /// <summary>The value given, or null; a null stays out of the resolved config.</summary>
    public T? TakeIfGiven<T>(ConfigKey<T> key)
        where T : struct => Has(key) ? Take(key, default) : null;

    public string? TakeTextIfGiven(ConfigKey<string> key) => Has(key) ? Take(key, "") : null;

    /// <summary>The value given; its absence is an error (and gives <paramref name="standIn"/>).</summary>
    public T Require<T>(ConfigKey<T> key, T standIn, string source, int index = 0)
        where T : notnull
    {
        string path = Concrete(key, index);
        if (!_given.ContainsKey(path))
            Errors.Add($"{source}: {path}: missing: expected {key.Expects}. {key.Help}");
        return Take(key, standIn, index);
    }

    /// <summary>Replaces what the resolved config shows for a key.</summary>
    public void Resolve<T>(ConfigKey<T> key, T value, int index = 0)
        where T : notnull => _resolved[Concrete(key, index)] = key.Write(value);

    /// <summary>
    /// The resolved values, concrete path to YAML text, in the order of the table of keys and of list elements.
    /// </summary>
    public IEnumerable<(string Path, string Text)> Resolved() =>
        from entry in _resolved
        let order = keys.Place(entry.Key)
        orderby order.Section, order.Index, order.Key
        select (entry.Key, entry.Value);

    [GeneratedRegex(@"\[\d+\]")]
    private static partial Regex Index();
}
