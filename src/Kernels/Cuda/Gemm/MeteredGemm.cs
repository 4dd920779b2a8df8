using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda.Gemm;

/// <summary>Products by another implementation, each told to a meter first.</summary>
internal sealed class MeteredGemm(IGemm inner, IWorkMeter meter) : IGemm
{
    public void Run(in GemmCall call)
    {
        long bytes = ((long)call.M * call.K * call.A.Type.Size()) + ((long)call.K * call.N * call.B.Type.Size())
            + ((long)call.M * call.N * call.D.Type.Size());
        meter.Product(call.M, call.N, call.K, bytes);
        if (call.Second is { } second)
        {
            long more = ((long)call.M * call.A.Type.Size()) + ((long)call.N * call.B.Type.Size());
            meter.Product(call.M, call.N, second.K, more * second.K);
        }

        inner.Run(call);
    }

    public void Dispose() => inner.Dispose();
}
