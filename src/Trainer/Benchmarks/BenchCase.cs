namespace MolEngine.Trainer.Benchmarks;

/// <summary>A call of an op at shapes of a model, on inputs that are ready. It may be made again and again.</summary>
/// <param name="Op">With what tells it from other calls: "RmsNormBackward, full".</param>
/// <param name="Shape">For people: "128 x 1024".</param>
/// <param name="Run">Queues it.</param>
internal sealed record BenchCase(string Op, string Shape, Action Run)
{
    /// <summary>Operations outside of matrix products: attention's.</summary>
    public double Flops { get; init; }

    /// <summary>
    /// Bytes that must move by a kernel's contract, of all its launches in the call, by what its name begins with: of
    /// kernels that read and write the same memory. Others move what the meter is told.
    /// </summary>
    public IReadOnlyDictionary<string, long> Bytes { get; init; } = new Dictionary<string, long>();

    /// <summary>Whether a product [m, n] over k is added to what is there, fp32, which is read then.</summary>
    public Func<int, int, int, bool> Adds { get; init; } = (_, _, _) => false;

    /// <summary>What the contract says of a kernel; null where it is left to the meter.</summary>
    public long? BytesOf(string kernel)
    {
        string? name = Bytes.Keys.Where(k => kernel.StartsWith(k, StringComparison.Ordinal)).MaxBy(k => k.Length);
        return name is null ? null : Bytes[name];
    }

    /// <summary>Bytes that must move for the whole call.</summary>
    /// <param name="work">What the meter was told of it.</param>
    public long BytesOf(IReadOnlyList<WorkLog.Entry> work)
    {
        long contracts = Bytes.Where(b => work.Any(w => IsOf(w, b.Key))).Sum(b => b.Value);
        return contracts + work.Where(w => !Bytes.Keys.Any(k => IsOf(w, k))).Sum(w => w.BytesIn(this));
    }

    private static bool IsOf(WorkLog.Entry entry, string kernel) =>
        entry.Kernel is not null && entry.Kernel.StartsWith(kernel, StringComparison.Ordinal);
}
