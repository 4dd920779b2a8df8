using System.Runtime.InteropServices;

namespace MolEngine.Kernels.Interop;

/// <summary>What memory cuMemCreate is to make, laid out as in cuda.h (32 bytes); what is not said here is 0.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct CUmemAllocationProp
{
    public CUmemAllocationType type;

    /// <summary>Ways to hand it to other processes: none.</summary>
    public int requestedHandleTypes;

    public CUmemLocation location;

    private readonly nint _win32HandleMetaData;
    private readonly ulong _allocFlags;

    /// <summary>Memory of a device.</summary>
    public static CUmemAllocationProp Of(int device) => new()
    {
        type = CUmemAllocationType.CU_MEM_ALLOCATION_TYPE_PINNED,
        location = new CUmemLocation { type = CUmemLocationType.CU_MEM_LOCATION_TYPE_DEVICE, id = device },
    };
}
