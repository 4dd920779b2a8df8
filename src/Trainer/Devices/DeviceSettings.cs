using MolEngine.Kernels.Interop;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Trainer.Devices;

/// <summary>Of activations and matrix products.</summary>
internal enum PrecisionKind
{
    /// <summary>bf16 on a GPU, fp32 on the CPU.</summary>
    Auto,
    Bf16,
    Fp32,
}

/// <summary>What does matrix products on a GPU.</summary>
internal enum GemmKind
{
    /// <summary>cuBLASLt where a GPU's machine has it, else this program's kernels.</summary>
    Auto,

    /// <summary>NVIDIA's library.</summary>
    Cublaslt,

    /// <summary>This program's kernels.</summary>
    Builtin,
}

/// <summary>Whether algorithms of cuBLASLt are tried out.</summary>
internal enum GemmTuningKind
{
    /// <summary>The first use of a large shape times the best few; the fastest is kept, for later runs too.</summary>
    On,

    /// <summary>The library's own first choice.</summary>
    Off,
}

/// <summary>Where and how a model is computed.</summary>
/// <param name="UsesAssembly">Whether bf16 products of the CPU may be kernels that are assembled for it.</param>
/// <param name="CudaPath">Folder where NVIDIA's libraries are looked for first; null where none is named.</param>
internal sealed record DeviceSettings(
    DeviceChoice Device, PrecisionKind Precision, string? CudaPath = null, GemmKind Gemm = GemmKind.Auto,
    GemmTuningKind GemmTuning = GemmTuningKind.On, bool UsesAssembly = true)
{
    public static readonly DeviceSettings Default = new(new DeviceChoice(DeviceKind.Auto), PrecisionKind.Auto);

    /// <summary>Of activations on a GPU.</summary>
    public DType GpuActivationType => Precision == PrecisionKind.Fp32 ? DType.F32 : DType.BF16;

    /// <summary>Where NVIDIA's libraries are looked for.</summary>
    public LibrarySearch Search => LibrarySearch.Here.From(CudaPath);
}
