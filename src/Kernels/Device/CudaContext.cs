using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Device;

/// <summary>
/// A device's primary context, held until disposed. Objects made in it keep it alive. Every operation on them makes it
/// the calling thread's current context first, so that any thread may work with any device.
/// </summary>
public sealed class CudaContext : CudaHandle
{
    private static long _made;

    /// <summary>Of the context that this program made the thread's current one last; 0 for none.</summary>
    [ThreadStatic]
    private static long _current;

    private readonly long _number = Interlocked.Increment(ref _made);
    private readonly int _device;

    private CudaContext(ICudaDriver driver, int device, CudaDeviceProperties properties)
    {
        Driver = driver;
        Properties = properties;
        _device = device;
    }

    public ICudaDriver Driver { get; }

    public CudaDeviceProperties Properties { get; }

    /// <summary>Initialises the driver and takes hold of a device.</summary>
    /// <exception cref="CudaException">The driver refuses, or there is no such device.</exception>
    public static CudaContext Create(ICudaDriver driver, int ordinal)
    {
        driver.Check(driver.cuInit(0));
        driver.Check(driver.cuDeviceGet(out int device, ordinal));
        var context = new CudaContext(driver, device, CudaDeviceProperties.Read(driver, ordinal));
        driver.Check(driver.cuDevicePrimaryCtxRetain(out nint native, device));
        context.SetHandle(native);
        return context;
    }

    /// <summary>
    /// Makes it the calling thread's current context. The driver is asked only where another was: each launch comes by.
    /// </summary>
    public void MakeCurrent()
    {
        nint context = Value;
        if (_current == _number)
            return;
        _current = 0;
        Driver.Check(Driver.cuCtxSetCurrent(context));
        _current = _number;
    }

    /// <summary>The calling thread's current context may have become another.</summary>
    internal static void ForgetCurrent() => _current = 0;

    /// <summary>Waits for all work of all streams.</summary>
    public void Synchronize()
    {
        MakeCurrent();
        Driver.Check(Driver.cuCtxSynchronize());
        GC.KeepAlive(this);
    }

    /// <summary>Bytes of device memory that are free now, of this and all other processes, and in all.</summary>
    public (long Free, long Total) Memory()
    {
        MakeCurrent();
        Driver.Check(Driver.cuMemGetInfo(out nuint free, out nuint total));
        GC.KeepAlive(this);
        return (checked((long)free), checked((long)total));
    }

    protected override void Release() => Driver.cuDevicePrimaryCtxRelease(_device);
}
