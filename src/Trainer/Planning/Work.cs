namespace MolEngine.Trainer.Planning;

/// <summary>What has to be done, and the least time that a device needs for it.</summary>
/// <param name="ProductFlops">Floating-point operations of matrix products.</param>
/// <param name="KernelBytes">That kernels other than products must move.</param>
/// <param name="ProductSeconds">Seconds of products, at the device's limits.</param>
/// <param name="KernelSeconds">Seconds of everything else, at the bandwidth of the device or of its bus.</param>
internal readonly record struct Work(
    double ProductFlops, double KernelBytes, double ProductSeconds, double KernelSeconds)
{
    public static Work operator +(Work a, Work b) => new(
        a.ProductFlops + b.ProductFlops, a.KernelBytes + b.KernelBytes, a.ProductSeconds + b.ProductSeconds,
        a.KernelSeconds + b.KernelSeconds);

    public static Work operator *(double times, Work a) => new(
        times * a.ProductFlops, times * a.KernelBytes, times * a.ProductSeconds, times * a.KernelSeconds);

    public static Work operator -(Work a, Work b) => a + (-1 * b);
}
