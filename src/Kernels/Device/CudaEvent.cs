using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Device;

/// <summary>A mark in a stream, to wait for or to measure with.</summary>
/// <param name="timed">It records the time, which costs a little.</param>
public sealed class CudaEvent(CudaContext context, bool timed = false)
    : CudaResource(context, driver => Create(driver, timed))
{
    /// <summary>Whether the work before the mark is done.</summary>
    public bool IsDone
    {
        get
        {
            Context.MakeCurrent();
            CUresult state = Driver.cuEventQuery(Value);
            GC.KeepAlive(this);
            if (state == CUresult.CUDA_ERROR_NOT_READY)
                return false;
            Driver.Check(state, "cuEventQuery(event)");
            return true;
        }
    }

    /// <summary>Puts the mark behind all that was queued on a stream so far.</summary>
    public void Record(CudaStream stream)
    {
        Context.MakeCurrent();
        Driver.Check(Driver.cuEventRecord(Value, stream.Value));
        GC.KeepAlive(stream);
        GC.KeepAlive(this);
    }

    /// <summary>Waits, on the host, until the work before the mark is done.</summary>
    public void Synchronize()
    {
        Context.MakeCurrent();
        Driver.Check(Driver.cuEventSynchronize(Value));
        GC.KeepAlive(this);
    }

    /// <summary>Milliseconds from another mark to this one; both are timed and done. Resolution: 0.5 us.</summary>
    public float MillisecondsSince(CudaEvent start)
    {
        Context.MakeCurrent();
        Driver.Check(Driver.cuEventElapsedTime(out float milliseconds, start.Value, Value));
        GC.KeepAlive(start);
        GC.KeepAlive(this);
        return milliseconds;
    }

    private protected override void ReleaseIn(ICudaDriver driver, nint native) => driver.cuEventDestroy(native);

    private static nint Create(ICudaDriver driver, bool timed)
    {
        CUevent_flags flags = timed ? CUevent_flags.CU_EVENT_DEFAULT : CUevent_flags.CU_EVENT_DISABLE_TIMING;
        driver.Check(driver.cuEventCreate(out nint created, flags));
        return created;
    }
}
