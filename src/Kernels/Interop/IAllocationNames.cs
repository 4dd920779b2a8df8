namespace MolEngine.Kernels.Interop;

/// <summary>
/// What a driver may offer beside the C API: it is told what a piece of device memory is called, for its reports. A
/// name holds until the memory is freed. Pieces of one allocation may be named each; the smallest that holds an
/// address is the one to report.
/// </summary>
public interface IAllocationNames
{
    /// <param name="address">Inside a live allocation.</param>
    void NameAllocation(ulong address, ulong bytes, string name);
}
