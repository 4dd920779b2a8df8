using System.Runtime.InteropServices;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu;

/// <summary>An arena in ordinary memory, 64-byte aligned.</summary>
public sealed unsafe class HostArena(string name) : Arena(name)
{
    private const int Alignment = 64;
    private readonly List<nint> _blocks = [];

    ~HostArena() => Free();

    protected override nint AllocateBytes(string name, long bytes)
    {
        void* p = NativeMemory.AlignedAlloc((nuint)bytes, Alignment);
        NativeMemory.Clear(p, (nuint)bytes);
        _blocks.Add((nint)p);
        return (nint)p;
    }

    protected override void Free()
    {
        foreach (nint block in _blocks)
            NativeMemory.AlignedFree((void*)block);
        _blocks.Clear();
    }
}
