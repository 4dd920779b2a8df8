namespace MolEngine.Kernels.Interop;

/// <summary>
/// What a driver may offer beside the C API: it is told which pieces of an allocation are used by themselves, so that
/// it sees one that is overrun into its neighbour. Elsewhere a piece lies at its offset.
/// </summary>
public interface IAllocationPieces
{
    /// <summary>Divides a piece off, until the allocation is freed.</summary>
    /// <param name="allocation">Address of a live allocation, or of mapped pinned memory.</param>
    /// <param name="offset">A multiple of 256; pieces do not overlap.</param>
    /// <param name="name">What it is for, for reports.</param>
    /// <returns>
    /// The address under which kernels and copies reach it. Fills reach it under the allocation's, too.
    /// </returns>
    ulong Divide(ulong allocation, ulong offset, ulong bytes, string name);
}
