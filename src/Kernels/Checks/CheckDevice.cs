using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;
using MolEngine.Kernels.Launch;

namespace MolEngine.Kernels.Checks;

/// <summary>A device with its kernels and a stream, for checks.</summary>
public sealed class CheckDevice : IDisposable
{
    private readonly ICudaDriver _driver;
    private readonly Func<long>? _moved;

    /// <param name="driver">Disposed of with the device, where it can be.</param>
    /// <param name="images">What its kernels are loaded from.</param>
    /// <param name="moved">Bytes that all launches so far have moved, of a device that counts them (and checks every
    /// access by itself); null for a GPU.</param>
    /// <param name="note">Told where the driver refuses an image and another is loaded instead, or maps no pages; null
    /// for nobody.</param>
    /// <exception cref="CudaException">The driver refuses, or there is no such device.</exception>
    public CheckDevice(
        ICudaDriver driver, int ordinal, KernelImages images, Func<long>? moved = null, Action<string>? note = null)
    {
        _driver = driver;
        _moved = moved;
        Context = CudaContext.Create(driver, ordinal);
        Stream = new CudaStream(Context);
        Kernels = new CudaKernels(Context, images, note);
        if (IsCounting)
            return;
        if (GuardedPages.Refusal(Context) is { } refusal)
        {
            note?.Invoke(
                $"{Context.Properties.Name}: buffers have no unmapped pages beside them, only margins that are read "
                + $"again: {refusal}");
        }
        else
        {
            Guards = [Guard.Behind, Guard.Before];
        }
    }

    public CudaContext Context { get; }

    public CudaStream Stream { get; }

    public CudaKernels Kernels { get; }

    public bool IsCounting => _moved is not null;

    /// <summary>
    /// Where nothing is mapped beside buffers, in turn: each case is tried with each. A device that checks every access
    /// by itself needs none.
    /// </summary>
    public IReadOnlyList<Guard> Guards { get; } = [Guard.None];

    /// <summary>Bytes that all launches so far have moved; 0 where nothing counts them.</summary>
    public long Moved => _moved?.Invoke() ?? 0;

    /// <summary>Whether a fault has ended the device's work for this process: it answers no more.</summary>
    public bool IsLost
    {
        get
        {
            try
            {
                Synchronize();
                return false;
            }
            catch (Exception)
            {
                return true;
            }
        }
    }

    /// <summary>Waits until the device is idle.</summary>
    public void Synchronize() => Context.Synchronize();

    public void Dispose()
    {
        Kernels.Dispose();
        Stream.Dispose();
        Context.Dispose();
        (_driver as IDisposable)?.Dispose();
    }
}
