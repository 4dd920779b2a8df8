using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Cpu.Simd;

namespace MolEngine.Kernels.Tests;

/// <summary>
/// Makes a backend for an op suite. Suites are abstract and written once; each has one sealed subclass per backend:
/// <c>public sealed class ScalarRmsNormTests() : RmsNormTests(SimdLevel.Scalar)</c>, and so on for Vector256 and
/// Vector512.
/// </summary>
internal static class Backends
{
    /// <summary>The CPU backend at a level, or at the widest below it that this processor has.</summary>
    public static Ops.Ops Cpu(SimdLevel level, int? threads = null) =>
        CpuBackend.Create((SimdLevel)Math.Min((int)level, (int)SimdLevels.Best), threads);
}
