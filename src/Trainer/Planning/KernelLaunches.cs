namespace MolEngine.Trainer.Planning;

/// <summary>Launches of a kernel, and the bytes of all tensors that they were given, each once a launch.</summary>
internal readonly record struct KernelLaunches(long Launches, long Bytes)
{
    public static KernelLaunches operator +(KernelLaunches a, KernelLaunches b) =>
        new(a.Launches + b.Launches, a.Bytes + b.Bytes);

    public static KernelLaunches operator -(KernelLaunches a, KernelLaunches b) =>
        new(a.Launches - b.Launches, a.Bytes - b.Bytes);
}
