using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Device;

/// <summary>
/// A queue of work on a device: its entries run in order, and in no order with those of other streams unless an event
/// makes one. It does not wait for the legacy default stream.
/// </summary>
public sealed class CudaStream(CudaContext context) : CudaResource(context, Create)
{
    /// <summary>Whether all that was queued is done. Faults of that work come out here.</summary>
    public bool IsDone
    {
        get
        {
            Context.MakeCurrent();
            CUresult state = Driver.cuStreamQuery(Value);
            GC.KeepAlive(this);
            if (state == CUresult.CUDA_ERROR_NOT_READY)
                return false;
            Driver.Check(state, "cuStreamQuery(stream)");
            return true;
        }
    }

    /// <summary>Waits until all that was queued is done. Faults of that work come out here.</summary>
    public void Synchronize()
    {
        Context.MakeCurrent();
        Driver.Check(Driver.cuStreamSynchronize(Value));
        GC.KeepAlive(this);
    }

    /// <summary>
    /// Waits before memory that queued work uses is given back. Work that has failed is over too: whoever asks for its
    /// results is told.
    /// </summary>
    public void Drain()
    {
        try
        {
            Synchronize();
        }
        catch (Exception) when (!IsClosed)
        {
        }
    }

    /// <summary>
    /// Queues a copy of <paramref name="count"/> bytes of pinned memory, from byte <paramref name="offset"/> on: they
    /// must stay as they are until the stream has reached it.
    /// </summary>
    public void Upload(PinnedMemory source, nuint count, ulong destination, nuint offset = 0)
    {
        RequireWithin(source, "upload", count, offset);
        Context.MakeCurrent();
        Driver.Check(Driver.cuMemcpyAsync(destination, source.Address + offset, count, Value));
        GC.KeepAlive(source);
        GC.KeepAlive(this);
    }

    /// <summary>
    /// Queues a copy into pinned memory, from byte <paramref name="offset"/> on: it holds the bytes once the stream has
    /// reached it.
    /// </summary>
    public void Download(ulong source, nuint count, PinnedMemory destination, nuint offset = 0)
    {
        RequireWithin(destination, "download", count, offset);
        Context.MakeCurrent();
        Driver.Check(Driver.cuMemcpyAsync(destination.Address + offset, source, count, Value));
        GC.KeepAlive(destination);
        GC.KeepAlive(this);
    }

    /// <summary>Queues a copy within the device; the two places do not overlap.</summary>
    public void Copy(ulong source, ulong destination, nuint count)
    {
        Context.MakeCurrent();
        Driver.Check(Driver.cuMemcpyAsync(destination, source, count, Value));
        GC.KeepAlive(this);
    }

    /// <summary>Queues setting bytes to zero.</summary>
    public void Zero(ulong address, nuint count)
    {
        Context.MakeCurrent();
        Driver.Check(Driver.cuMemsetD8Async(address, 0, count, Value));
        GC.KeepAlive(this);
    }

    /// <summary>
    /// What is queued from now on waits for what <paramref name="recorded"/> has recorded; the host does not wait.
    /// </summary>
    public void WaitFor(CudaEvent recorded)
    {
        Context.MakeCurrent();
        Driver.Check(Driver.cuStreamWaitEvent(Value, recorded.Value, 0));
        GC.KeepAlive(recorded);
        GC.KeepAlive(this);
    }

    private static void RequireWithin(PinnedMemory host, string what, nuint count, nuint offset)
    {
        if (offset > host.Bytes || count > host.Bytes - offset)
        {
            throw new ArgumentOutOfRangeException(
                nameof(count), $"{what} of {count} bytes from byte {offset}: expected them within {host.Bytes}");
        }
    }

    private protected override void ReleaseIn(ICudaDriver driver, nint native) => driver.cuStreamDestroy(native);

    private static nint Create(ICudaDriver driver)
    {
        driver.Check(driver.cuStreamCreate(out nint stream, CUstream_flags.CU_STREAM_NON_BLOCKING));
        return stream;
    }
}
