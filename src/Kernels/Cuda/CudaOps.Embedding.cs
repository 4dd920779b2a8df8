using System.Numerics;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda;

internal sealed partial class CudaOps
{
    /// <summary>Of kernels/embedding.cu.</summary>
    private const int EmbedThreads = 256, EmbedTokens = 8, EmbedColumns = 128;

    private const int SortThreads = 1024, SortSharedBytes = 65536, SortDigitBits = 9;
    private const int EmbedAddThreads = 128, EmbedAddColumns = 1024;

    protected override void EmbeddingCore(Tensor ids, Tensor weight, Tensor y)
    {
        if (y.Count == 0)
            return;
        int tokens = y.Shape[0], hidden = y.Shape[1];
        _faults.Tokens = (ids.Name, weight.Name);
        var grid = new Dim3(Blocks(tokens, EmbedTokens), Parts(tokens, (int)Blocks(hidden, EmbedColumns)));
        Launch(
            "embedding", KernelName.Of("embed", weight.Type), new LaunchShape(grid, new Dim3(EmbedThreads)),
            Arguments().Add(ids).Add(weight).Add(tokens).Add(weight.Shape[0]).Add(hidden).Add(y).Add(_faults.Memory));
    }

    protected override void EmbeddingBackwardCore(Tensor dy, Tensor ids, Tensor dWeight)
    {
        if (dy.Count == 0)
            return;
        int tokens = dy.Shape[0], hidden = dy.Shape[1], vocabulary = dWeight.Shape[0];
        int passes = SortPasses(vocabulary);
        _faults.Tokens = (ids.Name, dWeight.Name);
        DeviceMemory keys = _scratch.Get("sorted ids", DType.I32, tokens);
        DeviceMemory order = _scratch.Get("tokens by id", DType.I32, tokens);
        Launch(
            "embedding", "sort_ids", new LaunchShape(new Dim3(1), new Dim3(SortThreads), SortSharedBytes),
            Arguments().Add(ids).Add(tokens).Add(vocabulary).Add(passes).Add(keys).Add(order)
                .Add(_scratch.Get("sorted ids, other", DType.I32, tokens))
                .Add(_scratch.Get("tokens by id, other", DType.I32, tokens)).Add(_faults.Memory));
        Launch(
            "embedding", "embed_backward_f32",
            new LaunchShape(new Dim3((uint)tokens, Blocks(hidden, EmbedAddColumns)), new Dim3(EmbedAddThreads)),
            Arguments().Add(dy).Add(keys).Add(order).Add(tokens).Add(hidden).Add(dWeight).Add(_faults.Memory));
    }

    /// <summary>Digits of the largest id; one at least.</summary>
    internal static int SortPasses(int vocabulary)
    {
        int bits = 32 - BitOperations.LeadingZeroCount((uint)Math.Max(vocabulary - 1, 1));
        return (bits + SortDigitBits - 1) / SortDigitBits;
    }
}
