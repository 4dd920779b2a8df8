namespace MolEngine.Data.Caching;

/// <summary>A list that is added to alone, in parts that stay where they are: growing it takes no more memory than it
/// holds.</summary>
internal sealed class GrowingList<T>
{
    private const int PartLength = 1 << 16;

    private readonly List<T[]> _full = [];
    private T[] _last = new T[PartLength];
    private int _used;

    public long Count => ((long)_full.Count * PartLength) + _used;

    public void Add(T item)
    {
        if (_used == PartLength)
        {
            _full.Add(_last);
            (_last, _used) = (new T[PartLength], 0);
        }

        _last[_used++] = item;
    }

    /// <summary>All of it, in order.</summary>
    public IEnumerable<ReadOnlyMemory<T>> Parts() =>
        _full.Select(part => (ReadOnlyMemory<T>)part).Append(_last.AsMemory(0, _used));
}
