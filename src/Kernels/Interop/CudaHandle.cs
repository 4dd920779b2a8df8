using System.Runtime.InteropServices;

namespace MolEngine.Kernels.Interop;

/// <summary>
/// A native object of one of NVIDIA's libraries, released exactly once. Statuses of a release are ignored, as they
/// report earlier faults. Exceptions of a strict driver come out of <c>Dispose</c>; under a finalizer, where nothing
/// could catch them, they are swallowed.
/// </summary>
public abstract class CudaHandle() : SafeHandle(0, ownsHandle: true)
{
    private bool _finalizing = true;

    /// <summary>
    /// Told of an object that nobody disposed of, when the garbage collector releases it: what is queued may still use
    /// it then. Tests that end with one fail.
    /// </summary>
    public static event Action<CudaHandle>? Forgotten;

    public override bool IsInvalid => handle == 0;

    /// <summary>The native value, of an object that is alive.</summary>
    /// <exception cref="ObjectDisposedException">It was released.</exception>
    internal nint Value =>
        IsClosed || IsInvalid ? throw new ObjectDisposedException(GetType().Name) : handle;

    protected override void Dispose(bool disposing)
    {
        _finalizing = !disposing;
        base.Dispose(disposing);
    }

    protected sealed override bool ReleaseHandle()
    {
        try
        {
            if (_finalizing)
                Forgotten?.Invoke(this);
            Release();
            return true;
        }
        catch when (_finalizing)
        {
            return false;
        }
    }

    /// <summary>Gives the native object back; it is there.</summary>
    protected abstract void Release();
}
