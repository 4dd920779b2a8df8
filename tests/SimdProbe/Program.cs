using System.Runtime.Intrinsics.X86;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

// Started by a test with an instruction set switched off (DOTNET_EnableAVX512=0 or DOTNET_EnableAVX2=0). It fails where
// a switch did not take, runs one op on the backend that was chosen, and prints the level.
if (Environment.GetEnvironmentVariable("DOTNET_EnableAVX512") == "0" && Avx512F.IsSupported)
    return Fail("DOTNET_EnableAVX512=0 did not take: Avx512F.IsSupported is true");
if (Environment.GetEnvironmentVariable("DOTNET_EnableAVX2") == "0" && Avx2.IsSupported)
    return Fail("DOTNET_EnableAVX2=0 did not take: Avx2.IsSupported is true");

using Ops ops = CpuBackend.Create(threads: 1);
using Arena arena = ops.CreateArena("probe");
Tensor gate = arena.Allocate("gate", DType.F32, 37), y = arena.Allocate("y", DType.F32, 37);
gate.Span<float>().Fill(2);
ops.SwiGlu(gate, gate, y);
const float expected = 3.5231884f;    // 4 / (1 + e^-2)
foreach (float value in y.Span<float>())
{
    if (!(MathF.Abs(value - expected) < 1e-6f))
        return Fail($"SwiGlu(2, 2): expected {expected}, got {value}");
}

Console.WriteLine(SimdLevels.Best);
return 0;

static int Fail(string message)
{
    Console.Error.WriteLine(message);
    return 3;
}
