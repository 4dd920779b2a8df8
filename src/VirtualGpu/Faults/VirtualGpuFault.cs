using MolEngine.VirtualGpu.Ptx;

namespace MolEngine.VirtualGpu.Faults;

/// <summary>
/// A fault that real hardware would answer with wrong numbers, a dead context or nothing at all. The message names
/// kernel, source line, instruction, block, thread, address and allocation, as far as each is known.
/// </summary>
public sealed class VirtualGpuFault(FaultKind kind, string message) : Exception(message)
{
    public FaultKind Kind { get; } = kind;

    /// <summary>Null for a fault outside kernels.</summary>
    public string? Kernel { get; init; }

    /// <summary>Where the faulting instruction comes from.</summary>
    public SourceLine Line { get; init; }

    /// <summary>The other side of a race or of a divergence; null where there is none.</summary>
    public SourceLine? OtherLine { get; init; }

    public (int X, int Y, int Z) Block { get; init; }

    /// <summary>Index in the block of the (first) faulting thread; -1 where none is named.</summary>
    public (int X, int Y, int Z) Thread { get; init; }

    /// <summary>A device address, or an offset in shared or local memory.</summary>
    public ulong Address { get; init; }

    /// <summary>The name of the allocation at or nearest to the address.</summary>
    public string? Allocation { get; init; }
}
