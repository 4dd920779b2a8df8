using MolEngine.Basics.Numerics;
using MolEngine.Kernels.Compilation;
using MolEngine.VirtualGpu.Counters;
using MolEngine.VirtualGpu.Execution;

namespace MolEngine.VirtualGpu.Tests.Kernels;

/// <summary>
/// The kernels inside the program, as their PTX has them: every one loads, and these give what they promise.
/// </summary>
public sealed class EmbeddedKernelTests
{
    [Fact]
    public void Every_kernel_loads()
    {
        foreach (KernelSource source in KernelSources.All)
        {
            EmbeddedPtx ptx = EmbeddedPtx.Of(source);
            using var gpu = new Gpu(ptx.Text);
            foreach (KernelSignature signature in ptx.Signatures)
                Assert.NotEqual(0, gpu.Function(signature.Name));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Sums_of_squares_are_the_same_whatever_the_order_of_warps(ulong seed)
    {
        const int Count = 65536 + 1003;
        float[] x = [.. Enumerable.Range(0, Count).Select(i => ((SplitMix64.At(7, (ulong)i) >> 40) / 8388608f) - 1)];
        using var gpu = new Gpu(
            EmbeddedPtx.Of(KernelSources.All.Single(s => s.Name == "reduce")).Text,
            options: new LaunchOptions { Seed = seed, Workers = (int)seed });
        ulong partial = gpu.Allocate(16, "partial"), total = gpu.Allocate(8, "total");
        LaunchCounters counters = gpu.Run("sum_squares_f32", 2, 256, gpu.Upload<float>(x, "x"), partial, (long)Count);
        gpu.Run("sum_f64", 1, 256, partial, total, 2L);
        double expected = x.Sum(v => (double)v * v);
        Assert.Equal(expected, gpu.Download<double>(total, 1)[0], expected * 1e-12);
        Assert.Equal(Count * 4L, counters.GlobalBytesLoaded);
        Assert.Equal(16, counters.GlobalBytesStored);
        Assert.Equal(0, counters.SharedBankConflicts);
    }

    /// <summary>Counters depend neither on the host's threads nor on the order of warps.</summary>
    [Fact]
    public void Counters_have_no_noise()
    {
        string? first = null;
        for (int i = 1; i <= 4; i++)
        {
            using var gpu = new Gpu(
                EmbeddedPtx.Of(KernelSources.All.Single(s => s.Name == "reduce")).Text,
                options: new LaunchOptions { Seed = (ulong)i, Workers = i });
            ulong x = gpu.Upload<float>(new float[3 * 65536], "x"), partial = gpu.Allocate(24, "partial");
            LaunchCounters c = gpu.Run("sum_squares_f32", 3, 256, x, partial, 3L * 65536);
            string text = $"{c.WarpInstructions} {c.LaneInstructions} {c.GlobalSectorsLoaded} {c.SharedRequests} "
                + $"{c.DivergentBranches} "
                + $"{c.Barriers} " + string.Join(' ', Enum.GetValues<InstructionClass>().Select(k => c.Warp(k)));
            first ??= text;
            Assert.Equal(first, text);
        }
    }
}
