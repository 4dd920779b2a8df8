using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;

namespace MolEngine.Kernels.Cuda.Attention;

/// <summary>A kernel of kernels/attention*.cu, with the rows of its blocks and the memory that it asks for.</summary>
/// <param name="Rows">Queries or keys of a block, at most.</param>
/// <param name="SharedBytes">Dynamic shared memory of a block.</param>
internal readonly record struct AttentionKernel(string Source, string Name, int Rows, int SharedBytes)
{
    public const int Threads = 128;

    /// <summary>The largest head that the kernels hold.</summary>
    public const int LargestHeadDim = 128;

    private const int SharedBytesF32 = 77824;

    public static AttentionKernel Forward(bool isBf16, int headDim)
    {
        if (!isBf16)
            return new AttentionKernel("attention_f32", "attention_f32", 64, SharedBytesF32);
        int d = Padded(headDim), keys = d == 64 ? 64 : 32;
        return new AttentionKernel("attention", $"attention_bf16_{d}", 128, 4 * d * (64 + keys));
    }

    /// <summary>The gradient of queries.</summary>
    public static AttentionKernel Queries(bool isBf16, int headDim)
    {
        if (!isBf16)
            return new AttentionKernel("attention_f32", "attention_dq_f32", 32, SharedBytesF32);
        int d = Padded(headDim), keys = d == 128 ? 32 : 64;
        return new AttentionKernel("attention_backward", $"attention_dq_bf16_{d}", 64, 8 * keys * d);
    }

    /// <summary>The gradient of keys and values.</summary>
    public static AttentionKernel Keys(bool isBf16, int headDim)
    {
        if (!isBf16)
            return new AttentionKernel("attention_f32", "attention_dkv_f32", 32, SharedBytesF32);
        int d = Padded(headDim), queries = d == 64 ? 64 : 32;
        return new AttentionKernel(
            "attention_backward", $"attention_dkv_bf16_{d}", 64, (256 * d) + (8 * queries * (d + 2)));
    }

    /// <summary>What the backward pass needs of every query: a block has 16 of one head.</summary>
    public static AttentionKernel Terms(bool isBf16) => isBf16
        ? new AttentionKernel("attention_backward", "attention_terms_bf16", 16, 0)
        : new AttentionKernel("attention_f32", "attention_terms_f32", 16, 0);

    /// <summary>A launch over so many blocks of each head.</summary>
    public LaunchShape Shape(int blocks, int heads) =>
        new(new Dim3(checked((uint)blocks * (uint)heads)), new Dim3(Threads), (uint)SharedBytes);

    private static int Padded(int headDim) => headDim <= 64 ? 64 : headDim <= 96 ? 96 : 128;
}
