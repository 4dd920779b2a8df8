namespace MolEngine.Kernels.Interop;

/// <summary>What a device may do with mapped memory.</summary>
public enum CUmemAccess_flags
{
    CU_MEM_ACCESS_FLAGS_PROT_NONE = 0x0,
    CU_MEM_ACCESS_FLAGS_PROT_READ = 0x1,
    CU_MEM_ACCESS_FLAGS_PROT_READWRITE = 0x3,
}
