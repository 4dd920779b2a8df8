using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using MolEngine.Basics.Files;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Cuda.Gemm;

/// <summary>
/// Chooses cuBLASLt's algorithms of large products: of those that its heuristic offers, the fastest by the device's
/// clock. A choice is kept on disk, by device, driver, library and shape, so that other runs repeat its bits.
/// </summary>
/// <param name="identity">Device, driver and library, with their versions.</param>
/// <param name="folder">Where choices are kept.</param>
/// <param name="least">Multiplications of a product that is worth it.</param>
/// <param name="time">Seconds of what is queued on a stream; null for the median of a few runs by the device's clock.
/// </param>
internal sealed class GemmTuning(
    string identity, string folder, long least = GemmTuning.DefaultLeast, Func<CudaStream, Action, double>? time = null)
{
    /// <summary>Algorithms that are tried.</summary>
    public const int Offered = 8;

    /// <summary>Some microseconds of a large GPU: below it, launches count.</summary>
    public const long DefaultLeast = 1L << 30;

    private const int WarmUps = 1, Repeats = 5;
    private const long LargestCache = 16L << 20;

    private readonly CacheFolder _kept = new(folder, ".algorithm", LargestCache);

    public bool Takes(in CublasLtShape shape) => (long)shape.M * shape.N * shape.K >= least;

    /// <summary>
    /// What was chosen before; null where nothing was, or what is not offered: an entry that is not whole is neither.
    /// </summary>
    public cublasLtMatmulAlgo_t? Find(in CublasLtShape shape, IReadOnlyList<cublasLtMatmulAlgo_t> offered)
    {
        byte[]? kept = _kept.Find(KeyOf(shape), stream =>
        {
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        });
        foreach (cublasLtMatmulAlgo_t algorithm in offered)
        {
            if (kept is not null && kept.AsSpan().SequenceEqual(BytesOf(algorithm)))
                return algorithm;
        }

        return null;
    }

    /// <summary>A folder that cannot be written hinders nothing: the choice is made again.</summary>
    public void Keep(in CublasLtShape shape, cublasLtMatmulAlgo_t algorithm) =>
        _ = _kept.Keep(KeyOf(shape), stream => stream.Write(BytesOf(algorithm)));

    /// <summary>The one that takes the least time.</summary>
    /// <param name="queue">Queues the product by an algorithm.</param>
    public cublasLtMatmulAlgo_t Fastest(
        IReadOnlyList<cublasLtMatmulAlgo_t> offered, CudaStream stream, Action<cublasLtMatmulAlgo_t> queue) =>
        offered.Count == 1 ? offered[0] : offered.MinBy(a => (time ?? Median)(stream, () => queue(a)));

    private static double Median(CudaStream stream, Action queue) =>
        new EventClock(stream.Context, stream).Times(queue, WarmUps, Repeats)[Repeats / 2];

    private static byte[] BytesOf(cublasLtMatmulAlgo_t algorithm) =>
        MemoryMarshal.AsBytes((ReadOnlySpan<ulong>)algorithm).ToArray();

    private string KeyOf(in CublasLtShape shape) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{identity}\n{shape}")));
}
