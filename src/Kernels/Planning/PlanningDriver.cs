using System.Runtime.InteropServices;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Planning;

/// <summary>
/// A driver of a GPU that is not there: it has all the memory that is asked of it, remembers how much that was, copies
/// nothing and launches nothing. What runs on it allocates as it would on the GPU, in no time.
/// </summary>
public sealed unsafe partial class PlanningDriver(GpuModel device) : ICudaDriver, IDisposable
{
    /// <summary>Any address that is no null: memory here has no bytes.</summary>
    private const ulong FirstAddress = 1UL << 40;

    private readonly Dictionary<ulong, ulong> _allocations = [];
    private readonly HashSet<nint> _pinned = [];
    private ulong _nextAddress = FirstAddress;
    private nint _nextHandle = 1;

    /// <summary>Bytes of device memory held now, in whole pages.</summary>
    public long HeldBytes { get; private set; }

    /// <summary>The most that were ever held at once.</summary>
    public long HighWaterBytes { get; private set; }

    /// <summary>Fills that were queued.</summary>
    public long Fills { get; private set; }

    public void Dispose()
    {
        foreach (nint memory in _pinned)
            NativeMemory.Free((void*)memory);
        _pinned.Clear();
    }

    public CUresult cuMemGetInfo(out nuint free, out nuint total)
    {
        total = (nuint)device.MemoryBytes;
        free = (nuint)Math.Max(0, device.MemoryBytes - HeldBytes);
        return CUresult.CUDA_SUCCESS;
    }

    public CUresult cuMemAlloc(out ulong address, nuint bytes)
    {
        address = Reserve(bytes);
        HeldBytes += DevicePages.Round((long)bytes);
        HighWaterBytes = Math.Max(HighWaterBytes, HeldBytes);
        return CUresult.CUDA_SUCCESS;
    }

    public CUresult cuMemFree(ulong address)
    {
        if (!_allocations.Remove(address, out ulong bytes))
            return CUresult.CUDA_ERROR_INVALID_VALUE;
        HeldBytes -= DevicePages.Round((long)bytes);
        return CUresult.CUDA_SUCCESS;
    }

    /// <summary>What kernels work in has no bytes, like the device's own; the host reads and writes the rest.</summary>
    public CUresult cuMemHostAlloc(out nint address, nuint bytes, CUmemhostalloc_flags flags)
    {
        if (flags.HasFlag(CUmemhostalloc_flags.CU_MEMHOSTALLOC_DEVICEMAP))
        {
            address = (nint)Reserve(bytes);
            return CUresult.CUDA_SUCCESS;
        }

        address = (nint)NativeMemory.AllocZeroed(bytes);
        _pinned.Add(address);
        return CUresult.CUDA_SUCCESS;
    }

    public CUresult cuMemFreeHost(nint address)
    {
        if (_pinned.Remove(address))
            NativeMemory.Free((void*)address);
        else if (!_allocations.Remove((ulong)address))
            return CUresult.CUDA_ERROR_INVALID_VALUE;
        return CUresult.CUDA_SUCCESS;
    }

    public CUresult cuMemcpyHtoD(ulong destination, void* source, nuint bytes) => CUresult.CUDA_SUCCESS;

    /// <summary>Whatever is read is zeros.</summary>
    public CUresult cuMemcpyDtoH(void* destination, ulong source, nuint bytes)
    {
        NativeMemory.Clear(destination, bytes);
        return CUresult.CUDA_SUCCESS;
    }

    /// <summary>Whatever is read is zeros.</summary>
    public CUresult cuMemcpyAsync(ulong destination, ulong source, nuint bytes, nint stream) =>
        _pinned.Contains((nint)destination)
            ? cuMemcpyDtoH((void*)destination, source, bytes)
            : CUresult.CUDA_SUCCESS;

    public CUresult cuMemsetD8(ulong destination, byte value, nuint count) => CUresult.CUDA_SUCCESS;

    public CUresult cuMemsetD32(ulong destination, uint value, nuint count) => CUresult.CUDA_SUCCESS;

    public CUresult cuMemsetD8Async(ulong destination, byte value, nuint count, nint stream) => Filled();

    public CUresult cuMemsetD32Async(ulong destination, uint value, nuint count, nint stream) => Filled();

    private CUresult Filled()
    {
        Fills++;
        return CUresult.CUDA_SUCCESS;
    }

    private ulong Reserve(nuint bytes)
    {
        ulong address = _nextAddress;
        _nextAddress += (ulong)DevicePages.Round((long)bytes);
        _allocations[address] = bytes;
        return address;
    }
}
