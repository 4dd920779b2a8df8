using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Cuda.Memory;

/// <summary>
/// Who holds memory of a device, and how much: for the table where there is no more, and for what was held at most.
/// </summary>
internal sealed class DeviceHolders
{
    private readonly List<(object Holder, string Name, Func<long> Bytes)> _all = [];

    /// <summary>When most was held.</summary>
    public DeviceMemoryUse Most { get; private set; } = new([]);

    public DeviceMemoryUse Now => new([.. Beside(null)]);

    public void Add(object holder, string name, Func<long> bytes) => _all.Add((holder, name, bytes));

    public void Remove(object holder) => _all.RemoveAll(h => ReferenceEquals(h.Holder, holder));

    /// <summary>
    /// Disposes of the arenas that are left: of what could not be made whole, as there was no memory for the rest of
    /// it.
    /// </summary>
    public void DisposeOfArenas()
    {
        foreach (DeviceArena arena in _all.Select(h => h.Holder).OfType<DeviceArena>().ToArray())
            arena.Dispose();
    }

    /// <summary>Somebody holds more than before.</summary>
    public void Grown()
    {
        if (_all.Sum(h => h.Bytes()) > Most.Bytes)
            Most = Now;
    }

    /// <summary>What the others hold; null is nobody.</summary>
    public IEnumerable<(string What, long Bytes)> Beside(object? holder) => _all
        .Where(h => !ReferenceEquals(h.Holder, holder))
        .Select(h => (h.Name, h.Bytes()))
        .Where(h => h.Item2 > 0);
}
