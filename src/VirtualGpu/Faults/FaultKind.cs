namespace MolEngine.VirtualGpu.Faults;

/// <summary>What a kernel, or the program around it, did wrong.</summary>
public enum FaultKind
{
    /// <summary>An address in no allocation.</summary>
    OutOfBounds,

    /// <summary>An address in memory that was freed.</summary>
    UseAfterFree,

    /// <summary>An address that is not a multiple of the access's size.</summary>
    Misaligned,

    /// <summary>A read of bytes that nothing wrote.</summary>
    Uninitialised,

    /// <summary>A store to constant memory.</summary>
    ReadOnly,

    /// <summary>Two accesses to shared memory with no barrier between, at least one of them a write.</summary>
    Race,

    /// <summary>A touch of memory that an asynchronous copy is writing: before the wait that covers it.</summary>
    AsyncCopy,

    /// <summary>bar.sync reached by only some of a warp's lanes.</summary>
    BarrierDivergence,

    /// <summary>Different barriers or counts on one barrier at the same time, or a count that cannot be.</summary>
    BarrierMismatch,

    /// <summary>A warp-wide instruction without all the lanes that its mask names.</summary>
    WarpDivergence,

    /// <summary>A shuffle that reads a lane outside the mask.</summary>
    Shuffle,

    /// <summary>No warp of a block can go on.</summary>
    Deadlock,

    /// <summary>trap or brkpt.</summary>
    Trap,

    /// <summary>A warp executed more instructions than the limit.</summary>
    Runaway,

    /// <summary>A launch beyond the device's limits or the kernel's bounds.</summary>
    Launch,

    /// <summary>Host memory used while work on a stream still needs it, or memory freed under queued work.</summary>
    Stream,
}
