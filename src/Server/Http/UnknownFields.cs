using System.Collections.Concurrent;

namespace MolEngine.Server.Http;

/// <summary>Tells of fields that no one reads, each name once.</summary>
internal sealed class UnknownFields(Action<string> tell)
{
    /// <summary>Names that are remembered: a client that makes up others is told of no more.</summary>
    private const int Most = 100;

    private const int LongestName = 64;

    private readonly ConcurrentDictionary<string, bool> _told = [];

    public void Tell(IEnumerable<string> names)
    {
        foreach (string name in names.Where(n => n.Length <= LongestName && n.All(c => c is > ' ' and <= '~')))
        {
            if (_told.Count < Most && _told.TryAdd(name, true))
                tell($"requests: field {name}: not known, and ignored");
        }
    }
}
