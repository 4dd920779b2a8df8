using System.Collections.Concurrent;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;

namespace MolEngine.Support;

/// <summary>
/// Fails a test assembly in which device memory was left to the garbage collector, which may free it while queued work
/// uses it: <c>[assembly: AssemblyFixture(typeof(ForgottenMemory))]</c>.
/// </summary>
public sealed class ForgottenMemory : IDisposable
{
    private readonly ConcurrentQueue<string> _forgotten = [];

    public ForgottenMemory() => CudaHandle.Forgotten += Note;

    public void Dispose()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        CudaHandle.Forgotten -= Note;
        if (!_forgotten.IsEmpty)
        {
            throw new InvalidOperationException(
                $"device memory that nobody disposed of: {string.Join(", ", _forgotten)}");
        }
    }

    private void Note(CudaHandle handle)
    {
        if (handle is DeviceMemory memory)
            _forgotten.Enqueue(memory.Name);
        else if (handle is PinnedMemory)
            _forgotten.Enqueue(nameof(PinnedMemory));
    }
}
