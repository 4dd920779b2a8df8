namespace MolEngine.Kernels.Cpu.Head;

/// <summary>
/// S of every token in a block, ids ascending, with what is known of each entry. S = the base's top n (none without a
/// base) and the target.
/// </summary>
internal sealed unsafe class HeadSets
{
    private readonly int _capacity;
    private readonly int* _ids;
    private readonly double* _baseLogits;
    private readonly double* _logits;
    private readonly float* _coefficients;
    private readonly HeadToken* _tokens;

    public HeadSets(Scratch scratch, int tokens, int capacity)
    {
        _capacity = capacity;
        long entries = (long)tokens * capacity;
        _ids = (int*)scratch.Get("head s ids", entries);
        _baseLogits = (double*)scratch.GetBytes("head s base", entries * sizeof(double));
        _logits = (double*)scratch.GetBytes("head s logits", entries * sizeof(double));
        _coefficients = scratch.Get("head s coefficients", entries);
        _tokens = (HeadToken*)scratch.GetBytes("head tokens", (long)tokens * sizeof(HeadToken));
    }

    public ref HeadToken Token(int i) => ref _tokens[i];

    public ReadOnlySpan<int> Ids(int i) => Entries(_ids, i);

    public ReadOnlySpan<double> BaseLogits(int i) => Entries(_baseLogits, i);

    public Span<double> Logits(int i) => Entries(_logits, i);

    /// <summary>dL/dz of S, rounded once.</summary>
    public Span<float> Coefficients(int i) => Entries(_coefficients, i);

    /// <summary>Entries of S that lie in the rows from <paramref name="start"/> up to <paramref name="end"/>.</summary>
    public (int First, int End) InTile(int i, int start, int end)
    {
        ReadOnlySpan<int> ids = Ids(i);
        return (FirstAtLeast(ids, start), FirstAtLeast(ids, end));
    }

    /// <summary>Begins token i of the block: sorts its top n and puts the target among them.</summary>
    public void Begin(int i, int target, ReadOnlySpan<int> topIds, ReadOnlySpan<double> topLogits)
    {
        _tokens[i] = new HeadToken { Count = topIds.Length };
        var ids = new Span<int>(_ids + (long)i * _capacity, _capacity);
        var logits = new Span<double>(_baseLogits + (long)i * _capacity, _capacity);
        topIds.CopyTo(ids);
        topLogits.CopyTo(logits);
        ids[..topIds.Length].Sort(logits[..topIds.Length]);
        int at = FirstAtLeast(ids[..topIds.Length], target);
        bool inTop = at < topIds.Length && ids[at] == target;
        _tokens[i].Target = at;
        _tokens[i].TargetInTop = inTop;
        if (inTop)
            return;
        ids[at..topIds.Length].CopyTo(ids[(at + 1)..]);
        logits[at..topIds.Length].CopyTo(logits[(at + 1)..]);
        ids[at] = target;
        logits[at] = 0;
        _tokens[i].Count++;
    }

    private Span<T> Entries<T>(T* first, int i)
        where T : unmanaged => new(first + (long)i * _capacity, _tokens[i].Count);

    private static int FirstAtLeast(ReadOnlySpan<int> ids, int least)
    {
        int at = ids.BinarySearch(least);
        return at < 0 ? ~at : at;
    }
}

/// <summary>What the stream knows of one token of a block.</summary>
internal struct HeadToken
{
    /// <summary>Entries of S.</summary>
    public int Count;

    /// <summary>Where the target stands in S.</summary>
    public int Target;

    public bool TargetInTop;

    public TailSum Tail;

    /// <summary>The tail's gradient: dL/dz_v = TailFactor e^z / 2^Tail.Exponent.</summary>
    public float TailFactor;
}
