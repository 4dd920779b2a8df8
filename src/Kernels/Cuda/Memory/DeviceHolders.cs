namespace MolEngine.Kernels.Cuda.Memory;

/// <summary>Who holds memory of a device, and how much: for the table where there is no more.</summary>
internal sealed class DeviceHolders
{
    private readonly List<(object Holder, string Name, Func<long> Bytes)> _all = [];

    public void Add(object holder, string name, Func<long> bytes) => _all.Add((holder, name, bytes));

    public void Remove(object holder) => _all.RemoveAll(h => ReferenceEquals(h.Holder, holder));

    /// <summary>What the others hold.</summary>
    public IEnumerable<(string What, long Bytes)> Beside(object holder) => _all
        .Where(h => !ReferenceEquals(h.Holder, holder))
        .Select(h => (h.Name, h.Bytes()))
        .Where(h => h.Item2 > 0);
}
