namespace MolEngine.Runs.Metrics;

/// <summary>
/// One line of metrics: names and values in the order they were added. A value is an integer, a double, a string, a
/// bool, null (known to be absent) or another line.
/// </summary>
public sealed class MetricsLine
{
    private readonly List<(string Name, object? Value)> _entries = [];

    public IReadOnlyList<(string Name, object? Value)> Entries => _entries;

    public MetricsLine Add(string name, long value) => AddValue(name, value);

    public MetricsLine Add(string name, double value) => AddValue(name, value);

    /// <summary>Null is written as null: "not measured here".</summary>
    public MetricsLine Add(string name, double? value) => AddValue(name, value);

    public MetricsLine Add(string name, bool value) => AddValue(name, value);

    public MetricsLine Add(string name, string value) => AddValue(name, value);

    public MetricsLine Add(string name, MetricsLine value) => AddValue(name, value);

    /// <summary>A value by name: <c>ce: {medical: 2.1, books: 3.0}</c>.</summary>
    public MetricsLine Add(string name, IEnumerable<KeyValuePair<string, double>> values)
    {
        var line = new MetricsLine();
        foreach ((string key, double value) in values)
            line.Add(key, value);
        return AddValue(name, line);
    }

    private MetricsLine AddValue(string name, object? value)
    {
        if (_entries.Any(e => e.Name == name))
            throw new ArgumentException($"metrics: {name}: expected each name once a line, got it twice", nameof(name));
        _entries.Add((name, value));
        return this;
    }
}
