using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda.Gemm;

/// <summary>
/// Products by another implementation, each told to a meter first. A library does a second term as a product of its
/// own, which writes D for the first one to read and write again.
/// </summary>
/// <param name="isByLibrary">Whether a library does the products, or will where this is a plan.</param>
internal sealed class MeteredGemm(IGemm inner, IWorkMeter meter, bool isByLibrary) : IGemm
{
    public void Run(in GemmCall call)
    {
        long d = (long)call.M * call.N * call.D.Type.Size();
        meter.Product(call.M, call.N, call.K, Factors(call) + d, isQueued: true);
        foreach (GemmCall part in call.OfSecond())
        {
            long again = isByLibrary ? 2L * part.M * part.N * part.D.Type.Size() : 0;
            meter.Product(part.M, part.N, part.K, Factors(part) + again, isQueued: isByLibrary);
        }

        inner.Run(call);
    }

    public void Dispose() => inner.Dispose();

    /// <summary>Bytes of A and B.</summary>
    private static long Factors(in GemmCall call) =>
        ((long)call.M * call.K * call.A.Type.Size()) + ((long)call.K * call.N * call.B.Type.Size());
}
