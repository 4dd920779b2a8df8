using System.Runtime.InteropServices;

namespace MolEngine.VirtualGpu.Driver;

/// <summary>Pinned host memory.</summary>
internal sealed unsafe class HostAllocation(nuint bytes)
{
    public nint Address { get; } = (nint)NativeMemory.AlignedAlloc(bytes, 4096);

    public HostRange Range => new(Address, (long)bytes);

    public void Free() => NativeMemory.AlignedFree((void*)Address);
}
