using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda;

/// <summary>Biases of linear layers; the forward pass adds them as it finishes a product.</summary>
internal sealed partial class CudaOps
{
    /// <summary>Of linear_token_sums in kernels/linear.cu, a column each.</summary>
    private const int TokenSumThreads = 128;

    /// <summary>dBias += column sums of dy, each row's tokens by themselves, rows in order.</summary>
    private void BiasGradient(Tensor dy, SequenceLayout layout, Tensor dBias)
    {
        int width = dy.Shape[1];
        (ulong starts, int chunks) = TokenChunks(layout);
        ulong partial = _scratch.Get("linear.bias", DType.F32, (long)chunks * width).Address;
        Launch(
            "linear", KernelName.Of("linear_token_sums", dy.Type),
            new LaunchShape(new Dim3((uint)chunks, Blocks(width, TokenSumThreads)), new Dim3(TokenSumThreads)),
            Arguments().Add(dy).Add(starts).Add(width).Add(RowStride(dy)).Add(partial));
        AddByRows(layout, partial, width, dBias);
    }
}
