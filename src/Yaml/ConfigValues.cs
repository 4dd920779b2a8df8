using System.Text.RegularExpressions;

namespace MolEngine.Yaml;

/// <summary>
/// The values that a config gives, by concrete path (<c>data.corpora[0].path</c>), each with where it stands.
/// </summary>
/// <param name="keys">Those that the file may have.</param>
public sealed partial class ConfigValues(KeyTable keys)
{
    private readonly Dictionary<string, (object Value, string Where)> _given = [];
    private readonly Dictionary<string, (string Text, bool IsDefault)> _taken = [];

    /// <summary>Whether model and corpora need not be where the config says: what uses them looks itself.</summary>
    public bool InputsMayBeAbsent { get; init; }

    /// <summary>Knows inputs by name that are at none of their paths; gives null for what is no name.</summary>
    public Func<ConfigKey, string, NamedInput?>? Names { get; init; }

    /// <summary>Mistakes so far; all are shown together.</summary>
    public List<string> Errors { get; } = [];

    public static string Concrete(ConfigKey key, int index) => key.Path.Replace("[]", $"[{index}]");

    public static string Normal(string path) => Index().Replace(path, "[]");

    /// <summary>The largest index in a path (<c>data.corpora[12].path</c>); -1 where there is none.</summary>
    public static long LargestIndex(string path) => Index().Matches(path).Select(
        m => long.TryParse(m.ValueSpan[1..^1], out long index) ? index : long.MaxValue).Append(-1).Max();

    public bool Has(ConfigKey key, int index = 0) => Has(Concrete(key, index));

    public bool Has(string path) => _given.ContainsKey(path);

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

    /// <summary>Forgets what is in a section or list: <c>--set data.corpora=[...]</c> replaces all of it.</summary>
    public void RemoveUnder(string section)
    {
        foreach (string path in _given.Keys.Where(p => p.StartsWith(section, StringComparison.Ordinal)).ToList())
        {
            if (path.Length > section.Length && path[section.Length] is '.' or '[')
                _given.Remove(path);
        }
    }

    /// <summary>Number of elements of the list at <paramref name="list"/>.</summary>
    public int Count(string list)
    {
        int count = 0;
        foreach (string path in _given.Keys.Where(p => p.StartsWith(list + "[", StringComparison.Ordinal)))
            count = Math.Max(count, int.Parse(path[(list.Length + 1)..path.IndexOf(']')]) + 1);
        return count;
    }

    /// <summary>The value given, else the key's default; what comes out is what the resolved config shows.</summary>
    public T Take<T>(ConfigKey<T> key, int index = 0)
        where T : notnull => Settle(key, key.Default.In(this), index);

    /// <summary>The value given, else what the key's rule comes to.</summary>
    public T TakeOr<T>(ConfigKey<T> key, T rule, int index = 0)
        where T : notnull => key.Default.Kind == DefaultKind.Rule
            ? Settle(key, rule, index)
            : throw new InvalidOperationException($"{key.Path}: its default is written twice.");

    /// <summary>The value given, or null.</summary>
    public T? TakeIfGiven<T>(ConfigKey<T> key, int index = 0)
        where T : struct => Has(key, index) ? Given(key, index) : null;

    /// <inheritdoc cref="TakeIfGiven"/>
    public IReadOnlyList<T>? TakeListIfGiven<T>(ConfigKey<IReadOnlyList<T>> key, int index = 0) =>
        Has(key, index) ? Given(key, index) : null;

    /// <inheritdoc cref="TakeIfGiven"/>
    public string? TakeTextIfGiven(ConfigKey<string> key, int index = 0) => Has(key, index) ? Given(key, index) : null;

    /// <summary>The value given; its absence is an error (and gives <paramref name="standIn"/>).</summary>
    public T Require<T>(ConfigKey<T> key, T standIn, string source, int index = 0)
        where T : notnull
    {
        if (!Has(key, index))
            Errors.Add($"{source}: {Concrete(key, index)}: missing: expected {key.Expects}. {key.Help}");
        return Has(key, index) ? Given(key, index) : standIn;
    }

    /// <summary>Replaces what the resolved config shows for a key.</summary>
    public void Resolve<T>(ConfigKey<T> key, T value, int index = 0)
        where T : notnull => _taken[Concrete(key, index)] = (key.Write(value), false);

    /// <summary>
    /// Every key of the table with the value that was taken of it, in the table's order; elements of a list stay
    /// together. A key that nobody took has no value.
    /// </summary>
    public IEnumerable<ResolvedValue> Resolved()
    {
        var lists = new HashSet<string>();
        foreach (ConfigKey key in keys.All)
        {
            if (KeyTable.ListOf(key) is not { } list)
            {
                yield return Resolved(key, 0);
            }
            else if (lists.Add(list))
            {
                for (int i = 0; i < Count(list); i++)
                {
                    foreach (ConfigKey element in keys.All.Where(k => KeyTable.ListOf(k) == list))
                        yield return Resolved(element, i);
                }
            }
        }
    }

    /// <summary>The value of a key whose default is one, without taking it.</summary>
    internal T Peek<T>(ConfigKey<T> key)
        where T : notnull => _given.TryGetValue(key.Path, out (object Value, string) v)
            ? (T)v.Value
            : key.Default.In(this);

    private T Settle<T>(ConfigKey<T> key, T otherwise, int index)
        where T : notnull
    {
        string path = Concrete(key, index);
        T value = _given.TryGetValue(path, out (object Value, string) v) ? (T)v.Value : otherwise;
        string text = key.Write(value);
        _taken[path] = (text, text == key.Write(otherwise));
        return value;
    }

    private T Given<T>(ConfigKey<T> key, int index)
        where T : notnull
    {
        string path = Concrete(key, index);
        var value = (T)_given[path].Value;
        _taken[path] = (key.Write(value), false);
        return value;
    }

    private ResolvedValue Resolved(ConfigKey key, int index)
    {
        string path = Concrete(key, index);
        return _taken.TryGetValue(path, out (string Text, bool IsDefault) taken)
            ? new ResolvedValue(key, path, taken.Text, HasValue: true, taken.IsDefault)
            : new ResolvedValue(key, path, key.NoValue, HasValue: false, IsDefault: true);
    }

    [GeneratedRegex(@"\[[0-9]+\]")]
    private static partial Regex Index();
}
