namespace MolEngine.Kernels.Interop;

/// <summary>What a <see cref="CUmemLocation"/> names.</summary>
public enum CUmemLocationType
{
    CU_MEM_LOCATION_TYPE_INVALID = 0,
    CU_MEM_LOCATION_TYPE_DEVICE = 1,
}
