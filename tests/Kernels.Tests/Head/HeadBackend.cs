using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Cuda.Head;

namespace MolEngine.Kernels.Tests.Head;

/// <summary>
/// A backend whose head has the CPU's window, 512 tokens of 2,048 rows: small vocabularies then have borders everywhere.
/// </summary>
internal static class HeadBackend
{
    public static Ops.Ops Create(TestBackend backend, int variant = 0, ulong? perturbation = null)
    {
        Ops.Ops ops = backend.Create(variant, perturbation);
        if (ops is CudaOps cuda)
            cuda.HeadSizes = new HeadSizes(BlockTokens: 512, TileRows: 2048);
        return ops;
    }
}
