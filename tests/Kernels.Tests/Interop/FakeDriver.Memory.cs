using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Tests.Interop;

public unsafe partial class FakeDriver
{
    public CUresult cuMemAlloc(out ulong address, nuint bytes)
    {
        address = 0;
        if (OutOfMemory)
            return CUresult.CUDA_ERROR_OUT_OF_MEMORY;
        CUresult result = Create("memory", out nint made, bytes);
        address = (ulong)made;
        return result;
    }

    public CUresult cuMemFree(ulong address) => Free("memory", (nint)address);

    public CUresult cuMemHostAlloc(out nint address, nuint bytes, CUmemhostalloc_flags flags)
    {
        address = 0;
        return OutOfMemory ? CUresult.CUDA_ERROR_OUT_OF_MEMORY : Create("pinned", out address, bytes);
    }

    public CUresult cuMemFreeHost(nint address) => Free("pinned", address);

    public CUresult cuMemcpyHtoD(ulong destination, void* source, nuint bytes) =>
        Copy((void*)destination, source, bytes);

    public CUresult cuMemcpyDtoH(void* destination, ulong source, nuint bytes) =>
        Copy(destination, (void*)source, bytes);

    public CUresult cuMemcpyAsync(ulong destination, ulong source, nuint bytes, nint stream) =>
        Copy((void*)destination, (void*)source, bytes);

    public CUresult cuMemsetD8(ulong destination, byte value, nuint count) =>
        Fill(new Span<byte>((void*)destination, (int)count), value);

    public CUresult cuMemsetD32(ulong destination, uint value, nuint count) =>
        Fill(new Span<uint>((void*)destination, (int)count), value);

    public CUresult cuMemsetD8Async(ulong destination, byte value, nuint count, nint stream) =>
        Fill(new Span<byte>((void*)destination, (int)count), value);

    public CUresult cuMemsetD32Async(ulong destination, uint value, nuint count, nint stream) =>
        Fill(new Span<uint>((void*)destination, (int)count), value);

    private CUresult Copy(void* destination, void* source, nuint bytes, [CallerMemberName] string call = "")
    {
        RequireCurrent(call);
        NativeMemory.Copy(source, destination, bytes);
        return Call(call);
    }

    private CUresult Fill<T>(Span<T> destination, T value, [CallerMemberName] string call = "")
    {
        RequireCurrent(call);
        destination.Fill(value);
        return Call(call);
    }

    private CUresult Free(string kind, nint released, [CallerMemberName] string call = "")
    {
        bool alive = Plan.IsLive(released);
        CUresult result = Destroy(kind, released, call);
        if (alive)
            NativeMemory.Free((void*)released);
        return result;
    }
}
