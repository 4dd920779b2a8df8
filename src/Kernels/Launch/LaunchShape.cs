using MolEngine.Kernels.Device;

namespace MolEngine.Kernels.Launch;

/// <summary>How a kernel is launched.</summary>
/// <param name="Grid">Blocks.</param>
/// <param name="Block">Threads of a block.</param>
/// <param name="SharedBytes">Dynamic shared memory of a block, beside what the kernel declares.</param>
public readonly record struct LaunchShape(Dim3 Grid, Dim3 Block, uint SharedBytes = 0)
{
    /// <summary>
    /// As many blocks of <paramref name="threads"/> as cover <paramref name="elements"/>, each thread working on
    /// <paramref name="perThread"/> of them. At least one block: a launch of none is an error.
    /// </summary>
    /// <exception cref="ArgumentException">More blocks than a grid can have.</exception>
    public static LaunchShape Covering(long elements, int threads, int perThread = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(elements);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(perThread, 1);
        long perBlock = (long)threads * perThread;
        long blocks = Math.Max(1, (elements / perBlock) + (elements % perBlock == 0 ? 0 : 1));
        if (blocks > int.MaxValue)
        {
            throw new ArgumentException(
                $"launch over {elements} elements: expected at most {int.MaxValue} blocks, got {blocks} of {perBlock} "
                + "elements. Give each thread more of them.");
        }

        return new LaunchShape(new Dim3((uint)blocks), new Dim3((uint)threads));
    }

    /// <summary>Compares with what the device and the kernel allow.</summary>
    /// <param name="kernel">Its name, for the error.</param>
    /// <exception cref="ArgumentException">Says which limit is broken.</exception>
    public void Check(string kernel, CudaDeviceProperties device, in KernelAttributes attributes)
    {
        Within(kernel, "grid", Grid, device.MaxGrid);
        Within(kernel, "block", Block, device.MaxBlock);
        int most = Math.Min(device.MaxThreadsPerBlock, attributes.MaxThreadsPerBlock);
        if (Block.Count > (ulong)most)
        {
            throw new ArgumentException(
                $"launch of {kernel}: block {Block}: expected at most {most} threads (its registers allow no more), "
                + $"got {Block.Count}");
        }

        long shared = (long)attributes.StaticSharedBytes + SharedBytes;
        if (shared > device.Limits.SharedPerBlock)
        {
            throw new ArgumentException(
                $"launch of {kernel}: shared memory: expected at most {device.Limits.SharedPerBlock} bytes on "
                + $"{device.Name}, got {attributes.StaticSharedBytes} declared + {SharedBytes} asked for");
        }
    }

    private static void Within(string kernel, string what, Dim3 got, Dim3 most)
    {
        if (got.X < 1 || got.Y < 1 || got.Z < 1 || got.X > most.X || got.Y > most.Y || got.Z > most.Z)
        {
            throw new ArgumentException(
                $"launch of {kernel}: {what}: expected 1 to {most} in each direction, got {got}");
        }
    }
}
