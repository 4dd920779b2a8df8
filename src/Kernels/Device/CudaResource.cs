using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Device;

/// <summary>
/// A native object that lives in a context: it keeps the context alive, and is released in it on whatever thread.
/// </summary>
public abstract class CudaResource : CudaHandle
{
    /// <param name="create">Makes the native object; the context is current.</param>
    private protected CudaResource(CudaContext context, Func<ICudaDriver, nint> create)
    {
        Context = context;
        bool held = false;
        context.DangerousAddRef(ref held);
        try
        {
            context.MakeCurrent();
            SetHandle(create(context.Driver));
        }
        catch
        {
            context.DangerousRelease();
            throw;
        }
    }

    public CudaContext Context { get; }

    private protected ICudaDriver Driver => Context.Driver;

    protected sealed override void Release()
    {
        // Each step is taken whatever becomes of the one before.
        try
        {
            CudaContext.ForgetCurrent();
            _ = Driver.cuCtxSetCurrent(Context.DangerousGetHandle());
        }
        finally
        {
            try
            {
                ReleaseIn(Driver, handle);
            }
            finally
            {
                Context.DangerousRelease();
            }
        }
    }

    /// <summary>Gives the native object back; the context is current.</summary>
    private protected abstract void ReleaseIn(ICudaDriver driver, nint native);
}
