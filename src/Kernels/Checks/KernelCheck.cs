namespace MolEngine.Kernels.Checks;

/// <summary>
/// Compares a kernel on a device with the CPU, in every variant that its contract names. A kernel's check is a file of
/// its own and a line in <see cref="KernelChecks.All"/>.
/// </summary>
/// <param name="source">Name of its source: "cast".</param>
/// <param name="kernel">Its own name: "cast_f32_bf16".</param>
/// <param name="promise">For people: what its results are held to.</param>
public abstract class KernelCheck(string source, string kernel, string promise)
{
    public string Source => source;

    public string Kernel => kernel;

    public string Promise => promise;

    /// <summary>Runs all cases.</summary>
    /// <exception cref="KernelCheckException">A result differs.</exception>
    public abstract void Run(KernelTrial trial);
}
