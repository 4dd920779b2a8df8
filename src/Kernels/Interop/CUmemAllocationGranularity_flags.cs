namespace MolEngine.Kernels.Interop;

/// <summary>Which granularity is asked for.</summary>
public enum CUmemAllocationGranularity_flags
{
    CU_MEM_ALLOC_GRANULARITY_MINIMUM = 0x0,
    CU_MEM_ALLOC_GRANULARITY_RECOMMENDED = 0x1,
}
