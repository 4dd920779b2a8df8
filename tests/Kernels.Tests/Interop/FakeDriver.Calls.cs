using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Tests.Interop;

public unsafe partial class FakeDriver
{
    public CUresult cuDeviceGet(out int device, int ordinal)
    {
        device = default;
        return Call();
    }

    public CUresult cuDeviceGetUuid(out CUuuid uuid, int device)
    {
        uuid = default;
        return Call();
    }

    public CUresult cuDeviceTotalMem(out nuint bytes, int device)
    {
        bytes = default;
        return Call();
    }

    public CUresult cuDevicePrimaryCtxRetain(out nint context, int device) => Create("context", out context);

    public CUresult cuDevicePrimaryCtxRelease(int device) => Destroy("context", Context);

    public CUresult cuCtxGetCurrent(out nint context)
    {
        context = default;
        return Call();
    }

    public CUresult cuCtxSynchronize() => Call();

    public CUresult cuModuleUnload(nint module) => Destroy("module", module);

    public CUresult cuModuleGetFunction(out nint function, nint module, string name)
    {
        function = 1;
        return Call();
    }

    public CUresult cuModuleGetGlobal(out ulong address, out nuint bytes, nint module, string name)
    {
        address = default;
        bytes = default;
        return Call();
    }

    public CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(
        out int blocks, nint function, int blockSize, nuint dynamicSharedBytes)
    {
        blocks = default;
        return Call();
    }

    public CUresult cuStreamCreate(out nint stream, CUstream_flags flags) => Create("stream", out stream);

    public CUresult cuStreamDestroy(nint stream) => Destroy("stream", stream);

    /// <summary>Streams that were waited for, in order.</summary>
    public List<nint> Synchronised { get; } = [];

    public CUresult cuStreamSynchronize(nint stream)
    {
        Synchronised.Add(stream);
        return Call();
    }

    public CUresult cuStreamQuery(nint stream) => Call();

    public CUresult cuStreamWaitEvent(nint stream, nint waited, uint flags) => Call();

    public CUresult cuEventCreate(out nint created, CUevent_flags flags) => Create("event", out created);

    public CUresult cuEventDestroy(nint destroyed) => Destroy("event", destroyed);

    public CUresult cuEventRecord(nint recorded, nint stream) => Call();

    public CUresult cuEventSynchronize(nint waited) => Call();

    public CUresult cuEventQuery(nint queried) => Call();

    public CUresult cuEventElapsedTime(out float milliseconds, nint start, nint end)
    {
        milliseconds = default;
        return Call();
    }
}
