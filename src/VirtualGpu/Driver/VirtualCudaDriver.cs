using MolEngine.Kernels.Interop;
using MolEngine.VirtualGpu.Counters;
using MolEngine.VirtualGpu.Execution;
using MolEngine.VirtualGpu.Faults;
using MolEngine.VirtualGpu.Memory;

namespace MolEngine.VirtualGpu.Driver;

/// <summary>
/// The CUDA driver API on the CPU. It executes PTX and is stricter than hardware: what is out of order, out of bounds,
/// unwritten or racing comes out of the call that waits for it as a <see cref="VirtualGpuFault"/>. Statuses are those
/// of the C API; <see cref="Reason"/> says in a sentence what the last failing one was about.
/// </summary>
/// <remarks>
/// Streams run as late as the API allows, in an order that the seed chooses. After a fault CUDA is lost to the process,
/// as on hardware (<see cref="VirtualProcess"/>); what is left can be released. One thread at a time.
/// </remarks>
public sealed unsafe partial class VirtualCudaDriver : ICudaDriver, IAllocationNames, IAllocationPieces, IDisposable
{
    private const nint PrimaryContext = 1;

    private readonly Dictionary<nint, object> _objects = [];
    private readonly ThreadLocal<nint> _current = new();
    private readonly DeviceMemory _memory;
    private readonly StreamScheduler _scheduler;
    private nint _nextHandle = 16;
    private int _retained;

    /// <param name="process">Whose faults end this driver too, and the other way round; null for this process.</param>
    public VirtualCudaDriver(
        DeviceProfile? device = null, LaunchOptions? options = null, VirtualProcess? process = null)
    {
        Process = process ?? VirtualProcess.This;
        Device = device ?? DeviceProfile.Sm80;
        Options = options ?? new LaunchOptions();
        _memory = new DeviceMemory(Device.MemoryBytes);
        _scheduler = new StreamScheduler(Options.Seed);
    }

    public DeviceProfile Device { get; }

    public VirtualProcess Process { get; }

    /// <summary>Options of the launches from now on.</summary>
    public LaunchOptions Options { get; set; }

    /// <summary>What the last status other than success was about.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>Called with the kernel's name and its counters when a launch has run.</summary>
    public Action<string, LaunchCounters>? OnLaunch { get; set; }

    /// <summary>Device allocations that were not freed.</summary>
    public int LiveAllocations => _memory.LiveAllocations;

    /// <summary>Device allocations that were made, freed ones too.</summary>
    public long Allocations { get; private set; }

    /// <summary>Fills that were queued.</summary>
    public long Fills { get; private set; }

    /// <summary>Bytes of device memory held now, in whole pages.</summary>
    public long HeldBytes => _memory.InUse;

    /// <summary>The most that were ever held at once.</summary>
    public long HighWaterBytes => _memory.MostInUse;

    /// <summary>How often the host has waited for a stream, an event or the device.</summary>
    public int Waits { get; private set; }

    /// <summary>Modules, functions, streams and events that were not released.</summary>
    public int LiveObjects => _objects.Values.Count(o => o is not VirtualFunction);

    public void NameAllocation(ulong address, ulong bytes, string name) =>
        _memory.Range(address, bytes, $"name '{name}'").NamePiece(address, bytes, name);

    public ulong Divide(ulong allocation, ulong offset, ulong bytes, string name) =>
        _memory.Divide(allocation, offset, bytes, name).Start;

    public void Dispose()
    {
        _memory.Dispose();
        foreach (HostAllocation host in _objects.Values.OfType<HostAllocation>())
            host.Free();
        _objects.Clear();
        _current.Dispose();
    }

    private nint Add(object value)
    {
        _objects[++_nextHandle] = value;
        return _nextHandle;
    }

    private bool Find<T>(nint handle, out T value)
        where T : class
    {
        value = (_objects.GetValueOrDefault(handle) as T)!;
        return value is not null;
    }

    private CUresult Fail(CUresult status, string reason)
    {
        Reason = reason;
        return status;
    }

    private CUresult NoHandle(string kind, nint handle) => Fail(
        CUresult.CUDA_ERROR_INVALID_HANDLE,
            $"{kind} {handle}: expected a live handle, got one that is not (or no more)");

    /// <summary>What every call from cuMemAlloc on needs.</summary>
    private bool IsReady(out CUresult status)
    {
        if (!IsAlive(out status))
            return false;
        if (_current.Value == 0)
            status = Fail(CUresult.CUDA_ERROR_INVALID_CONTEXT,
                "no context is current on this thread: call cuCtxSetCurrent");
        return status == CUresult.CUDA_SUCCESS;
    }

    /// <summary>Whether no fault has ended the process.</summary>
    private bool IsAlive(out CUresult status)
    {
        status = Process.Status;
        if (status != CUresult.CUDA_SUCCESS)
            Fail(status, $"an earlier fault has ended CUDA in this process: {Process.Reason}");
        return status == CUresult.CUDA_SUCCESS;
    }

    /// <summary>Runs what may fault; a fault ends the process's CUDA and passes.</summary>
    private CUresult Strict(Action action)
    {
        if (!IsReady(out CUresult status))
            return status;
        try
        {
            action();
            return CUresult.CUDA_SUCCESS;
        }
        catch (VirtualGpuFault fault)
        {
            Process.End(fault);
            _scheduler.Abandon();
            throw;
        }
    }
}
