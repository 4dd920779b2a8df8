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
            foreach ((int from, int to, GemmTerm term) in second.Parts(call.N))
            {
                int n = to - from;
                long more = ((long)call.M * call.A.Type.Size()) + ((long)n * call.B.Type.Size());
                long again = isByLibrary ? 2L * call.M * n * call.D.Type.Size() : 0;
                meter.Product(call.M, n, term.K, (more * term.K) + again, isQueued: isByLibrary);
            }
        }

        inner.Run(call);
    }

    public void Dispose() => inner.Dispose();
}
