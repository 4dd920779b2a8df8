using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;
using MolEngine.VirtualGpu.Counters;

namespace MolEngine.Kernels.Tests.Cuda;

/// <summary>What attention's kernels do to memory, and that approximations as bad as documented do not show.</summary>
public sealed class AttentionKernelTests
{
    private const int Tokens = 256;

    private static readonly int[] Lengths = [Tokens];

    [Theory]
    [InlineData(64)]
    [InlineData(96)]
    [InlineData(128)]
    public void Print(int headDim)
    {
        var heads = new HeadShape(4, 2, headDim);
        foreach (TestBackend b in (TestBackend[])[TestBackend.VirtualBf16, TestBackend.VirtualF32])
        {
            using var bench = new Bench(b);
            var problem = new AttentionProblem(bench, heads, [new(1, Tokens)]);
            problem.Run();
            Tensor y = problem.Result("q", "y").Slice(255, 1);
            bench.Backend.AttentionCached(problem.Make("q").Slice(255, 1), problem.Make("k"), problem.Make("v"), heads, 255, y);
            bench.Values(y);
            foreach ((string kernel, LaunchCounters c) in bench.Launches)
            {
                Console.WriteLine(
                    $"{kernel} loaded {c.GlobalBytesLoaded} in {c.GlobalSectorsLoaded * 32} stored {c.GlobalBytesStored} in {c.GlobalSectorsStored * 32} conflicts {c.SharedBankConflicts} of {c.SharedRequests} local {c.LocalBytes} mma {c.Warp(InstructionClass.Matrix)} ldm {c.Warp(InstructionClass.MatrixLoad)} all {c.WarpInstructions} barriers {c.Barriers} f32 {c.Warp(InstructionClass.Float32)} int {c.Warp(InstructionClass.Integer)} special {c.Warp(InstructionClass.Special)}");
            }
        }
    }
}
