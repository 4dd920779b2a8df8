using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Cuda.Head;

namespace MolEngine.Kernels.Tests.Head;

/// <summary>
/// A backend whose head has a small window: on CUDA tiles of 2,048 rows, as on the CPU, and blocks of 64 tokens, so
/// that small inputs have borders everywhere.
/// </summary>
internal static class HeadBackend
{
    public static Ops.Ops Create(TestBackend backend, int variant = 0, ulong? perturbation = null)
    {
        return WithSizes(backend.Create(variant, perturbation), new HeadSizes(BlockTokens: 64, TileRows: 2048));
    }

    public static Ops.Ops WithSizes(Ops.Ops ops, HeadSizes sizes)
    {
        if (ops is CudaOps cuda)
            cuda.HeadSizes = sizes;
        return ops;
    }
}
