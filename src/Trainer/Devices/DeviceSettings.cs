using MolEngine.Kernels.Interop;

namespace MolEngine.Trainer.Devices;

/// <summary>Of activations and matrix products.</summary>
internal enum PrecisionKind
{
    /// <summary>bf16 on a GPU, fp32 on the CPU.</summary>
    Auto,
    Bf16,
    Fp32,
}

/// <summary>Where and how a model is computed.</summary>
/// <param name="CudaPath">Folder where NVIDIA's libraries are looked for first; null where none is named.</param>
internal sealed record DeviceSettings(DeviceChoice Device, PrecisionKind Precision, string? CudaPath = null)
{
    public static readonly DeviceSettings Default = new(new DeviceChoice(DeviceKind.Auto), PrecisionKind.Auto);

    /// <summary>Where NVIDIA's libraries are looked for.</summary>
    public LibrarySearch Search => LibrarySearch.Here.From(CudaPath);
}
