namespace MolEngine.Kernels.Interop;

/// <summary>Kinds of memory that cuMemCreate makes.</summary>
public enum CUmemAllocationType
{
    CU_MEM_ALLOCATION_TYPE_INVALID = 0,

    /// <summary>It stays where it is while it is used.</summary>
    CU_MEM_ALLOCATION_TYPE_PINNED = 1,
}
