using MolEngine.Kernels.Cuda;

namespace MolEngine.Trainer.Benchmarks;

/// <summary>What a CUDA backend says that it queues, in order.</summary>
internal sealed class WorkLog : IWorkMeter
{
    private readonly List<Entry> _entries = [];

    /// <summary>A kernel and its tensors; or, without a name, a product [M, N] over K and its matrices.</summary>
    public readonly record struct Entry(string? Kernel, int M, int N, int K, long Bytes)
    {
        /// <summary>Bytes that must move for it, of the call that it is part of.</summary>
        public long BytesIn(BenchCase call) =>
            Kernel is null && call.Adds(M, N, K) ? Bytes + ((long)M * N * sizeof(float)) : Bytes;
    }

    /// <summary>Called before an entry is noted.</summary>
    public Action BeforeEntry { get; set; } = () => { };

    public void Launch(string kernel, long bytes, long linkBytes) => Note(new Entry(kernel, 0, 0, 0, bytes));

    public void Product(int m, int n, int k, long bytes, bool isQueued) =>
        Note(new Entry(null, m, n, k, bytes));

    /// <summary>The entries since it was last called.</summary>
    public IReadOnlyList<Entry> Take()
    {
        Entry[] taken = [.. _entries];
        _entries.Clear();
        return taken;
    }

    private void Note(Entry entry)
    {
        BeforeEntry();
        _entries.Add(entry);
    }
}
