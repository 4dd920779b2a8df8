using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;
using MolEngine.Kernels.Launch;

namespace MolEngine.Kernels.Cuda.Gemm;

/// <summary>What does a device's matrix products.</summary>
internal static class Products
{
    /// <summary>
    /// cuBLASLt, where it is there and gives the bits of this program's kernels in products of integers; else those.
    /// </summary>
    /// <param name="library">Null where it is absent, or not wanted.</param>
    /// <param name="note">Told, for people, where it is not what it should be, now or later.</param>
    /// <param name="tuned">Folder where the choices of its algorithms for large products are kept; null leaves the
    /// choice to the library.</param>
    public static IGemm Open(
        CudaStream stream, CudaKernels kernels, ICublasLt? library, Action<string> note, string? tuned = null)
    {
        var own = new BuiltinGemm(stream, kernels);
        if (library is null)
            return own;
        CublasLtGemm? gemm = null;
        string? wrong;
        try
        {
            GemmTuning? tuning = tuned is null ? null : new GemmTuning(Identity(stream.Context, library), tuned);
            gemm = new CublasLtGemm(stream, kernels, library, note, tuning);
            wrong = new CublasLtProof(stream, gemm, own).FirstDifference() is { } difference
                ? $"cuBLASLt: wrong product: {difference}. This program's kernels do the products."
                : null;
        }
        catch (Exception e) when (CublasLtGemm.IsOfLibrary(e))
        {
            wrong = $"{e.Message} This program's kernels do the products.";
        }
        catch
        {
            gemm?.Dispose();
            throw;
        }

        if (wrong is not null)
            note(wrong);
        if (wrong is null && !gemm!.HasFailed)
            return gemm;
        gemm?.Dispose();
        return own;
    }

    private static string Identity(CudaContext context, ICublasLt library)
    {
        context.Driver.Check(context.Driver.cuDriverGetVersion(out int driver));
        return $"{context.Properties.Name}, driver {driver}, cuBLASLt {library.cublasLtGetVersion()}";
    }
}
