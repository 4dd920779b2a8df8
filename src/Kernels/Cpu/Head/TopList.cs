namespace MolEngine.Kernels.Cpu.Head;

/// <summary>
/// A token's largest logits so far: descending, ties to the lower id, as ids come ascending and only a greater logit
/// moves up.
/// </summary>
internal readonly unsafe struct TopList(int* ids, float* logits, int n)
{
    public int Count => n;

    /// <summary>The smallest logit of a full list; what comes must be greater.</summary>
    public float Threshold => logits[n - 1];

    public int LastId => ids[n - 1];

    public int Id(int k) => ids[k];

    public bool Contains(int id) => new ReadOnlySpan<int>(ids, n).Contains(id);

    /// <summary>
    /// Puts an entry among the first <paramref name="held"/>; the entry at that place, if there was one, is lost.
    /// </summary>
    public void Insert(int held, int id, float logit)
    {
        int k = held;
        for (; k > 0 && logit > logits[k - 1]; k--)
        {
            logits[k] = logits[k - 1];
            ids[k] = ids[k - 1];
        }

        logits[k] = logit;
        ids[k] = id;
    }
}
