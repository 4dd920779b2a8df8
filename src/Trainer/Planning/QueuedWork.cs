namespace MolEngine.Trainer.Planning;

/// <summary>What a program hands to a device, by number.</summary>
/// <param name="Products">Calls of a matrix product.</param>
/// <param name="Clears">Fills of memory.</param>
/// <param name="Kernels">Every kernel that is no product, by name.</param>
internal sealed record QueuedWork(long Products, long Clears, IReadOnlyDictionary<string, KernelLaunches> Kernels)
{
    /// <summary>Launches of kernels that are no products.</summary>
    public long Launches => Kernels.Values.Sum(k => k.Launches);

    /// <summary>What was queued between two looks; what was not is left out.</summary>
    public static QueuedWork operator -(QueuedWork after, QueuedWork before) => new(
        after.Products - before.Products, after.Clears - before.Clears,
        after.Kernels.Select(k => (k.Key, Value: k.Value - before.Kernels.GetValueOrDefault(k.Key)))
            .Where(k => k.Value.Launches != 0)
            .ToDictionary(k => k.Key, k => k.Value));
}
