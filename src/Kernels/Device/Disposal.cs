using System.Runtime.ExceptionServices;

namespace MolEngine.Kernels.Device;

/// <summary>Disposes of several objects, whatever becomes of the one before.</summary>
internal static class Disposal
{
    /// <summary>Disposes of objects in their order; the first exception is thrown when all are done.</summary>
    public static void Of(params IEnumerable<IDisposable?> objects)
    {
        ExceptionDispatchInfo? first = null;
        foreach (IDisposable? one in objects)
        {
            try
            {
                one?.Dispose();
            }
            catch (Exception e)
            {
                first ??= ExceptionDispatchInfo.Capture(e);
            }
        }

        first?.Throw();
    }
}
