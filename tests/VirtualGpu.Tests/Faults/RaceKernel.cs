using MolEngine.VirtualGpu.Execution;

namespace MolEngine.VirtualGpu.Tests.Faults;

/// <summary>
/// A kernel that a race is planted in. p0 is an array of 4096 words, written before; p1 one that is not. %r1 is the
/// thread, %r2 the block, %r3 both in a row; %rd4 and %rd5 are the thread's words of p0 and p1; %p1 is the first
/// thread.
/// </summary>
internal static class RaceKernel
{
    private const int Words = 4096;

    /// <param name="prologue">Registers of the test's own, set before the body.</param>
    /// <param name="body">Instructions, apart by "; ".</param>
    /// <param name="threads">Of a block.</param>
    public static void Run(
        string prologue, string body, int threads, LaunchOptions options, int blocks, int launches = 1)
    {
        string common = $"""
            ld.param.u64 %rd1, [p0];
            ld.param.u64 %rd2, [p1];
            mov.u32 %r1, %tid.x;
            mov.u32 %r2, %ctaid.x;
            mad.lo.u32 %r3, %r2, {threads}, %r1;
            mul.wide.u32 %rd3, %r3, 4;
            add.s64 %rd4, %rd1, %rd3;
            add.s64 %rd5, %rd2, %rd3;
            setp.eq.u32 %p1, %r1, 0;
            .shared .align 16 .b8 tile[512];
            """;
        using var gpu = new Gpu(
            PtxSource.Kernel("race", 2, $"{common}\n{prologue}\n{body.Replace("; ", ";\n")}"), options: options);
        ulong input = gpu.Upload<uint>(Enumerable.Range(0, Words).Select(i => (uint)i).ToArray(), "input");
        ulong output = gpu.Allocate(Words * 4, "output");
        for (int i = 0; i < launches; i++)
            gpu.Run("race", blocks, threads, input, output);
    }
}
