using MolEngine.Kernels.Interop;

namespace MolEngine.Trainer.Benchmarks;

/// <summary>What is measured.</summary>
/// <param name="Device">Its name.</param>
/// <param name="ProductBy">Who does the large product that others are compared with.</param>
internal sealed record BenchSubject(string Device, ICudaDriver Driver, string ProductBy);
