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
        long bytes = ((long)call.M * call.K * call.A.Type.Size()) + ((long)call.K * call.N * call.B.Type.Size())
            + d;
        meter.Product(call.M, call.N, call.K, bytes, isQueued: true);
        if (call.Second is { K: > 0 } second)
        {
            long more = ((long)call.M * call.A.Type.Size()) + ((long)call.N * call.B.Type.Size());
            meter.Product(
                call.M, call.N, second.K, (more * second.K) + (isByLibrary ? 2 * d : 0), isQueued: isByLibrary);
        }

        inner.Run(call);
    }

    public void Dispose() => inner.Dispose();
}
