using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;

namespace MolEngine.Kernels.Cuda;

/// <summary>Queues kernels on the backend's stream, and tells the meter of each.</summary>
/// <param name="meter">Null for none.</param>
internal sealed class KernelQueue(CudaStream stream, CudaKernels kernels, IWorkMeter? meter)
{
    private readonly KernelArguments _arguments = new();

    public CudaStream Stream => stream;

    /// <summary>Empty arguments; one launch at a time is made ready.</summary>
    public KernelArguments Arguments() => _arguments.Clear();

    public void Launch(string source, string kernel, in LaunchShape shape, KernelArguments arguments)
    {
        meter?.Launch(kernel, arguments.TensorBytes, arguments.LinkBytes);
        kernels.Get(source, kernel).Launch(stream, shape, arguments);
    }
}
