using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda;

/// <summary>How kernels that there are for fp32 and for bf16 are told apart.</summary>
internal static class KernelName
{
    /// <summary>"rmsnorm_bf16" of "rmsnorm".</summary>
    public static string Of(string name, DType type) => type == DType.BF16 ? $"{name}_bf16" : $"{name}_f32";
}
