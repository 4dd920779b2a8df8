namespace MolEngine.VirtualGpu.Execution;

/// <summary>
/// How the virtual GPU runs kernels. Every seed gives a legal execution; results of right kernels agree.
/// </summary>
public sealed record LaunchOptions
{
    /// <summary>Seeds the order in which warps and streams run.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>
    /// Seeds errors, within what is documented, of approximate instructions and of sums inside mma.sync. Null: both
    /// are rounded correctly.
    /// </summary>
    public ulong? PerturbationSeed { get; init; }

    /// <summary>
    /// Whether sums inside mma.sync are cut off as tensor cores cut them: then their errors have one sign, and add up
    /// over a long K. Such sums are left alone by <see cref="PerturbationSeed"/>.
    /// </summary>
    public bool TruncatesProducts { get; init; }

    /// <summary>Instructions of one warp after which a launch counts as endless.</summary>
    public long InstructionLimit { get; init; } = 1L << 32;

    /// <summary>
    /// Whether two blocks of a launch that touch one place of global memory, one of them writing, are a fault. Atomics
    /// are not looked at, nor are kernels with a fence beyond the block.
    /// </summary>
    public bool FindBlockRaces { get; init; } = true;

    /// <summary>
    /// Whether two warps (or lanes) of a block that touch one place of global memory without a barrier between them,
    /// one of them writing, are a fault. Atomics are not looked at, nor are kernels with a fence beyond the block.
    /// </summary>
    public bool FindWarpRaces { get; init; }

    /// <summary>
    /// Whether two warps (or lanes) of a block that touch one place of shared memory without a barrier between them,
    /// one of them writing, are a fault. Looking takes half the time of a kernel that lives on shared memory.
    /// </summary>
    public bool FindSharedRaces { get; init; } = true;

    /// <summary>
    /// Blocks of a launch that are run, so many in each dimension of its grid, counted from the end; the others are
    /// left out. For shapes that no host could compute whole. Null: all.
    /// </summary>
    public int? LastBlocks { get; init; }

    /// <summary>
    /// Whether work that is queued is dropped when its turn comes: memory is given and taken as ever, nothing in it
    /// changes, and what is read of it is zeros. For accounts of what no host could hold.
    /// </summary>
    public bool DropsWork { get; init; }

    /// <summary>Threads of the host that run blocks; 0 is one for each core.</summary>
    public int Workers { get; init; }
}
