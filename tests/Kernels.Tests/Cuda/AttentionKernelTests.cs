using MolEngine.Kernels.Cuda.Attention;
using MolEngine.Kernels.Ops;
using MolEngine.Support;
using MolEngine.VirtualGpu.Counters;

namespace MolEngine.Kernels.Tests.Cuda;

/// <summary>What attention's kernels do to memory, and that approximations as bad as documented do not show.</summary>
public sealed class AttentionKernelTests
{
    private const int Tokens = 256, Groups = 2, Warps = 4;

    /// <summary>
    /// Keys, or queries of the backward pass, that blocks of 64 tokens go over: 64 + 128 + 192 + 256.
    /// </summary>
    private const int Seen = 640;

    [Theory]
    [InlineData(64)]
    [InlineData(96)]
    [InlineData(128)]
    public void WholeSectorsMoveAndNoBankIsMetTwice(int headDim)
    {
        var heads = new HeadShape(2 * Groups, Groups, headDim);
        using var bench = new Bench(TestBackend.VirtualBf16);
        new AttentionProblem(bench, heads, [new(1, Tokens)]).Run();
        Dictionary<string, LaunchCounters> launches = bench.Launches.ToDictionary(l => l.Kernel, l => l.Counters);
        LaunchCounters forward = launches[$"attention_bf16_{Math.Max(headDim, 64)}"];
        LaunchCounters queries = launches[$"attention_dq_bf16_{Math.Max(headDim, 64)}"];
        LaunchCounters keys = launches[$"attention_dkv_bf16_{Math.Max(headDim, 64)}"];
        Assert.All(launches.Values, c => Assert.Equal((0, 0), (c.SharedBankConflicts, c.LocalBytes)));

        // In sectors: a row of a head; lse of eight tokens in a request; the row of the table for each warp.
        int row = headDim * 2 / 32, lse = heads.QueryHeads * Tokens / 8 * 4;
        Assert.Equal(
            (heads.QueryHeads * (Tokens + (2 * 384)) * row) + (2 * heads.QueryHeads * Warps),
            forward.GlobalSectorsLoaded);
        Assert.Equal((heads.QueryHeads * Tokens * row) + lse, forward.GlobalSectorsStored);

        // Of dq: two requests of 64 bytes for the terms of a warp.
        Assert.Equal(
            (heads.QueryHeads * 2 * (Tokens + Seen) * row) + (4 * heads.QueryHeads * Warps * (1 + 4)),
            queries.GlobalSectorsLoaded);
        Assert.Equal(heads.QueryHeads * Tokens * row, queries.GlobalSectorsStored);

        // Of dk and dv: eight bytes of terms for each query.
        Assert.Equal(
            (Groups * 2 * (Tokens + (2 * Seen)) * row) + (Groups * 2 * Seen / 4) + (4 * Groups * Warps),
            keys.GlobalSectorsLoaded);
        Assert.Equal(Groups * 2 * Tokens * row, keys.GlobalSectorsStored);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(128)]
    public void ACacheIsReadOnceForAGroup(int headDim)
    {
        var heads = new HeadShape(2 * Groups, Groups, headDim);
        using var bench = new Bench(TestBackend.VirtualBf16);
        var problem = new AttentionProblem(bench, heads, [new(1, Tokens)]);
        var paged = new PagedProblem(bench, heads, problem);
        paged.Step([(0, 0, Tokens - 1)]);
        paged.Step([(0, Tokens - 1, Tokens)]);
        bench.Backend.Synchronize();
        (string kernel, LaunchCounters counters) = bench.Launches.Single(l => l.Kernel == "attention_paged_bf16");
        long cache = 2L * Tokens * heads.KeyValueSize * 2, pages = Tokens / 64;

        // A row of the table of tokens and a page's number for each warp.
        long tables = pages * Groups * Warps * 2;
        Assert.Equal(((cache + (pages * heads.QuerySize * 2)) / 32) + tables, counters.GlobalSectorsLoaded);
        Assert.True(counters.SharedBankConflicts == 0, $"{kernel}: {counters.SharedBankConflicts} bank conflicts");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void ApproximationsAsBadAsDocumentedDoNotShow(int perturbation)
    {
        var heads = new HeadShape(4, 2, 64);
        foreach (TestBackend backend in (TestBackend[])[TestBackend.VirtualF32, TestBackend.VirtualBf16])
        {
            using var bench = new Bench(backend, perturbation: (ulong)perturbation);
            var problem = new AttentionProblem(bench, heads, [new(1, 65), new(2, 129)]);
            AttentionOracle truth = problem.Oracle();
            (double forward, double gradient) = backend.IsBf16 ? (3e-3, 5e-3) : (1e-6, 1.5e-6);
            problem.Run().AssertClose(truth, forward, 1.5e-6, gradient);
            var paged = new PagedProblem(bench, heads, problem);
            paged.Step([(0, 0, 64)]);
            Compare.AssertRelativeL2(
                "paged", paged.Step([(0, 64, 65)]), truth.Y.AsSpan(64 * heads.QuerySize, heads.QuerySize), forward);
        }
    }

    [Fact]
    public void LargeHeadsAreRefused()
    {
        using var bench = new Bench(TestBackend.VirtualBf16);
        var problem = new AttentionProblem(bench, new HeadShape(2, 1, 136), [new(1, 2)]);
        ArgumentException e = Assert.Throws<ArgumentException>(problem.Run);
        Assert.Contains("expected a size of at most 128 on a GPU, got 136", e.Message);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(128)]
    [InlineData(32)]
    public void TablesHaveEveryTokenOnceTheDearestFirst(int size)
    {
        int[] starts = [0, 1, 1, 64, 128, 193, 450];
        int[][] queries = [.. AttentionBlocks.OfQueries(starts, size).Chunk(AttentionBlocks.Width)];
        int[][] keys = [.. AttentionBlocks.OfKeys(starts, size).Chunk(AttentionBlocks.Width)];
        Assert.Equal(Enumerable.Range(0, 450), queries.SelectMany(b => Enumerable.Range(b[0], b[3])).Order());
        Assert.Equal(Enumerable.Range(0, 450), keys.SelectMany(b => Enumerable.Range(b[0], b[2])).Order());
        Assert.All(queries, b => Assert.True(
            starts.Contains(b[1]) && b[0] == b[1] + b[2] && b[2] % size == 0 && b[3] <= size));
        Assert.All(keys, b => Assert.True(starts.Contains(b[0] + b[1]) && b[2] <= Math.Min(size, b[1])));
        Assert.Equal(queries.OrderByDescending(b => b[2] + b[3]), queries);
        Assert.Equal(keys.OrderByDescending(b => b[1]), keys);
    }

    [Fact]
    public void NewTokensSeeTheCacheBeforeThem()
    {
        using var bench = new Bench(TestBackend.VirtualBf16);
        var layout = new PagedLayout(
            AttentionProblem.MakeLayout(bench, [150, 1, 70]), [100, 7, 0], [[0, 1, 2, 3], [4], [5, 6]]);
        int[][] blocks = [.. AttentionBlocks.OfNewTokens(layout, [0, 2], 64).Chunk(AttentionBlocks.Width)];
        Assert.Equal(
            [[128, 0, 228, 22], [64, 0, 164, 64], [0, 0, 100, 64], [215, 250, 64, 6], [151, 250, 0, 64]], blocks);
    }
}
