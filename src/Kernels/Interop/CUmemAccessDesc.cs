using System.Runtime.InteropServices;

namespace MolEngine.Kernels.Interop;

/// <summary>Who may do what with mapped memory.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct CUmemAccessDesc
{
    public CUmemLocation location;
    public CUmemAccess_flags flags;
}
