using System.Diagnostics;
using MolEngine.Kernels.Interop;

namespace MolEngine.VirtualGpu.Driver;

// Streams and events.
public sealed unsafe partial class VirtualCudaDriver
{
    public CUresult cuStreamCreate(out nint stream, CUstream_flags flags)
    {
        stream = 0;
        if (!IsReady(out CUresult status))
            return status;
        stream = Add(_scheduler.Create(isBlocking: flags != CUstream_flags.CU_STREAM_NON_BLOCKING));
        return CUresult.CUDA_SUCCESS;
    }

    public CUresult cuStreamDestroy(nint stream)
    {
        if (!Find(stream, out VirtualStream found))
            return NoHandle("stream", stream);
        _objects.Remove(stream);
        return IsAlive(out _) ? Strict(() => _scheduler.Destroy(found)) : CUresult.CUDA_SUCCESS;
    }

    public CUresult cuStreamSynchronize(nint stream)
    {
        Waits++;
        return OnStream(stream, _scheduler.Synchronise);
    }

    public CUresult cuStreamQuery(nint stream)
    {
        bool isDone = false;
        CUresult status = OnStream(stream, s =>
        {
            isDone = s.Pending.Count == 0;
            _scheduler.Poll(s);
        });
        return status != CUresult.CUDA_SUCCESS || isDone ? status : CUresult.CUDA_ERROR_NOT_READY;
    }

    public CUresult cuStreamWaitEvent(nint stream, nint waited, uint flags)
    {
        if (!Find(waited, out VirtualEvent found))
            return NoHandle("event", waited);
        return OnStream(stream, s =>
        {
            if (found.Marker is { IsDone: false } marker)
                _scheduler.Enqueue(s, () => { }, marker);
        });
    }

    public CUresult cuEventCreate(out nint created, CUevent_flags flags)
    {
        created = 0;
        if (!IsReady(out CUresult status))
            return status;
        created = Add(new VirtualEvent(flags));
        return CUresult.CUDA_SUCCESS;
    }

    public CUresult cuEventDestroy(nint destroyed)
    {
        if (!Find(destroyed, out VirtualEvent _))
            return NoHandle("event", destroyed);
        _objects.Remove(destroyed);
        return CUresult.CUDA_SUCCESS;
    }

    public CUresult cuEventRecord(nint recorded, nint stream)
    {
        if (!Find(recorded, out VirtualEvent found))
            return NoHandle("event", recorded);
        return OnStream(stream, s => found.Marker = _scheduler.Enqueue(s, found.Happen));
    }

    /// <summary>An event that was never recorded counts as having happened.</summary>
    public CUresult cuEventSynchronize(nint waited)
    {
        if (!Find(waited, out VirtualEvent found))
            return NoHandle("event", waited);
        Waits++;
        return Strict(() =>
        {
            if (found.Marker is { } marker)
                _scheduler.Complete(marker);
        });
    }

    public CUresult cuEventQuery(nint queried)
    {
        if (!Find(queried, out VirtualEvent found))
            return NoHandle("event", queried);
        bool isDone = true;
        CUresult status = Strict(() =>
        {
            isDone = found.Marker?.IsDone ?? true;
            if (!isDone)
                _scheduler.Poll(found.Marker!.Stream);
        });
        return status != CUresult.CUDA_SUCCESS || isDone ? status : CUresult.CUDA_ERROR_NOT_READY;
    }

    public CUresult cuEventElapsedTime(out float milliseconds, nint start, nint end)
    {
        milliseconds = 0;
        if (!Find(start, out VirtualEvent first))
            return NoHandle("event", start);
        if (!Find(end, out VirtualEvent last))
            return NoHandle("event", end);
        if (!first.HasTime || !last.HasTime || first.Marker is null || last.Marker is null)
            return Fail(CUresult.CUDA_ERROR_INVALID_HANDLE,
                "elapsed time: expected two events that were recorded with time");
        if (!first.Marker.IsDone || !last.Marker.IsDone)
            return CUresult.CUDA_ERROR_NOT_READY;
        milliseconds = (float)Stopwatch.GetElapsedTime(first.Time, last.Time).TotalMilliseconds;
        return CUresult.CUDA_SUCCESS;
    }

    private CUresult OnStream(nint stream, Action<VirtualStream> action)
    {
        VirtualStream found = _scheduler.Default;
        if (stream != 0 && !Find(stream, out found))
            return NoHandle("stream", stream);
        return Strict(() => action(found));
    }
}
