using MolEngine.Kernels.Checks;
using MolEngine.Trainer.Devices;

namespace MolEngine.Trainer.Cli.Runners;

/// <summary>What a selftest tries, and how it tells.</summary>
/// <param name="CudaPath">Folder where NVIDIA's libraries are looked for first; null where none is named.</param>
/// <param name="Code">How kernels come to a GPU; null for every way that there is.</param>
/// <param name="TriesProducts">cuBLASLt too, where a GPU's machine has it.</param>
/// <param name="IsShort">Only the first few cases of each kernel, none measured.</param>
/// <param name="IsJson">A JSON object a kernel; ends at a fault that ends CUDA in this process.</param>
/// <param name="IsVerbose">Tells the cases of each kernel too.</param>
internal sealed record SelftestOptions(
    DeviceChoice Device, string? CudaPath, SelftestCode? Code, IReadOnlyList<KernelCheck> Checks,
    bool TriesProducts, bool IsShort, bool IsJson, bool IsVerbose);
