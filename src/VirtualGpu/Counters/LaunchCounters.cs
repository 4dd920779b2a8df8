namespace MolEngine.VirtualGpu.Counters;

/// <summary>
/// What a launch did. Exact, and independent of the number of threads and of every seed. A request is one instruction
/// of one warp; a sector is 32 bytes of global memory.
/// </summary>
public sealed class LaunchCounters
{
    private readonly long[] _warpInstructions = new long[Enum.GetValues<InstructionClass>().Length];
    private readonly long[] _laneInstructions = new long[Enum.GetValues<InstructionClass>().Length];

    /// <summary>Threads of a block, and the shared memory that it was given beside what the kernel declares.</summary>
    public int ThreadsPerBlock { get; internal init; }

    public int DynamicSharedBytes { get; internal init; }

    /// <summary>Bytes that lanes asked for, asynchronous copies included.</summary>
    public long GlobalBytesLoaded { get; internal set; }

    public long GlobalBytesStored { get; internal set; }

    public long GlobalSectorsLoaded { get; internal set; }

    public long GlobalSectorsStored { get; internal set; }

    public long GlobalLoadRequests { get; internal set; }

    public long GlobalStoreRequests { get; internal set; }

    public long GlobalAtomics { get; internal set; }

    public long SharedBytesLoaded { get; internal set; }

    public long SharedBytesStored { get; internal set; }

    public long SharedRequests { get; internal set; }

    /// <summary>Passes over the banks that were needed beyond the first of each request's parts.</summary>
    public long SharedBankConflicts { get; internal set; }

    public long LocalBytes { get; internal set; }

    /// <summary>Multiplications and additions inside mma.sync: 2 M N K for each.</summary>
    public long TensorOperations { get; internal set; }

    /// <summary>fp32 operations of lanes: 2 for an fma, 1 for every other arithmetic instruction.</summary>
    public long Float32Operations { get; internal set; }

    /// <summary>Branches that a warp's lanes took both ways.</summary>
    public long DivergentBranches { get; internal set; }

    public long Barriers { get; internal set; }

    public long Blocks { get; internal set; }

    public long WarpInstructions => _warpInstructions.Sum();

    public long LaneInstructions => _laneInstructions.Sum();

    /// <summary>Instructions of warps, of one class.</summary>
    public long Warp(InstructionClass instructions) => _warpInstructions[(int)instructions];

    /// <summary>Instructions of lanes, of one class.</summary>
    public long Lanes(InstructionClass instructions) => _laneInstructions[(int)instructions];

    internal void Count(InstructionClass instructions, long warps, long lanes)
    {
        _warpInstructions[(int)instructions] += warps;
        _laneInstructions[(int)instructions] += lanes;
    }

    internal void Add(LaunchCounters other)
    {
        GlobalBytesLoaded += other.GlobalBytesLoaded;
        GlobalBytesStored += other.GlobalBytesStored;
        GlobalSectorsLoaded += other.GlobalSectorsLoaded;
        GlobalSectorsStored += other.GlobalSectorsStored;
        GlobalLoadRequests += other.GlobalLoadRequests;
        GlobalStoreRequests += other.GlobalStoreRequests;
        GlobalAtomics += other.GlobalAtomics;
        SharedBytesLoaded += other.SharedBytesLoaded;
        SharedBytesStored += other.SharedBytesStored;
        SharedRequests += other.SharedRequests;
        SharedBankConflicts += other.SharedBankConflicts;
        LocalBytes += other.LocalBytes;
        TensorOperations += other.TensorOperations;
        Float32Operations += other.Float32Operations;
        DivergentBranches += other.DivergentBranches;
        Barriers += other.Barriers;
        Blocks += other.Blocks;
        for (int i = 0; i < _warpInstructions.Length; i++)
            Count((InstructionClass)i, other._warpInstructions[i], other._laneInstructions[i]);
    }
}
