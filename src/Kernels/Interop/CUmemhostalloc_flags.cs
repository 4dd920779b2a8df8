namespace MolEngine.Kernels.Interop;

/// <summary>Macros CU_MEMHOSTALLOC_* of cuda.h: how pinned host memory is made.</summary>
[Flags]
public enum CUmemhostalloc_flags : uint
{
    CU_MEMHOSTALLOC_NONE = 0x0,
    CU_MEMHOSTALLOC_PORTABLE = 0x01,
    CU_MEMHOSTALLOC_DEVICEMAP = 0x02,
    CU_MEMHOSTALLOC_WRITECOMBINED = 0x04,
}
