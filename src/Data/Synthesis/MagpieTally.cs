namespace MolEngine.Data.Synthesis;

/// <summary>What came of the attempts so far.</summary>
public sealed class MagpieTally
{
    /// <summary>Texts that are kept of each reason, for people to look at.</summary>
    public const int Examples = 3;

    private readonly Dictionary<string, (int Count, List<string> Examples)> _dropped = [];
    private readonly Dictionary<string, int> _topics = [];

    public long Attempts { get; private set; }

    public int Records { get; private set; }

    /// <summary>Records by the name of their topic.</summary>
    public IReadOnlyDictionary<string, int> Topics => _topics;

    /// <summary>What was dropped, by reason.</summary>
    public IReadOnlyDictionary<string, (int Count, IReadOnlyList<string> Examples)> Dropped =>
        _dropped.ToDictionary(d => d.Key, d => (d.Value.Count, (IReadOnlyList<string>)d.Value.Examples));

    public void Count(MagpieEntry entry)
    {
        Attempts++;
        if (entry.Dropped is not { } reason)
        {
            Records++;
            _topics[entry.Topic] = _topics.GetValueOrDefault(entry.Topic) + 1;
            return;
        }

        (int count, List<string> examples) = _dropped.GetValueOrDefault(reason, (0, []));
        if (examples.Count < Examples)
            examples.Add(entry.Answer ?? entry.User ?? "");
        _dropped[reason] = (count + 1, examples);
    }
}
