using MolEngine.Kernels.Interop;
using MolEngine.Trainer.Devices;

namespace MolEngine.Trainer.Benchmarks;

/// <param name="Device">A GPU, or the virtual one.</param>
/// <param name="Tokens">Tokens of a micro-batch.</param>
/// <param name="Csv">File to write; null for none.</param>
/// <param name="Gemm">What does products on a GPU.</param>
internal sealed record BenchOptions(
    DeviceChoice Device, BenchModel Model, int Tokens, string? Csv, LibrarySearch Search,
    GemmKind Gemm = GemmKind.Auto);
