using System.Runtime.CompilerServices;

namespace MolEngine.Kernels.Interop;

/// <summary>A device's identity, 16 bytes.</summary>
[InlineArray(16)]
public struct CUuuid
{
    private byte _first;
}
