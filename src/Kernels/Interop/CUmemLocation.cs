using System.Runtime.InteropServices;

namespace MolEngine.Kernels.Interop;

/// <summary>Where memory is: on a device, whose ordinal is the id.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct CUmemLocation
{
    public CUmemLocationType type;
    public int id;
}
