using MolEngine.Kernels.Collectives;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Tests.Collectives;

public sealed class ThreadRanksTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60), Short = TimeSpan.FromSeconds(0.3);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Every_collective_gives_what_it_must(int size) => ThreadTeam.Succeed(size, ranks =>
    {
        CollectiveResult[] results = [.. CollectiveCheck.Run(ranks)];
        Assert.Equal(5, results.Length);
        Assert.All(results, r => Assert.Null(r.Failure));
    });

    /// <summary>A sum's bits depend neither on the pieces that a tensor is taken in, nor on who adds them.</summary>
    [Fact]
    public void A_sum_does_not_depend_on_how_a_tensor_is_cut() => ThreadTeam.Succeed(3, ranks =>
    {
        using var arena = new HostArena("test");
        const int Count = 1000;
        Tensor whole = arena.Allocate("whole", DType.F32, Count), cut = arena.Allocate("cut", DType.F32, Count);
        for (int i = 0; i < Count; i++)
        {
            float value = MathF.Sin((i * 7) + ranks.Rank) * MathF.ScaleB(1, (i + (3 * ranks.Rank)) % 20);
            (whole.Span<float>()[i], cut.Span<float>()[i]) = (value, value);
        }

        ranks.AllReduce(whole);
        for (int first = 0; first < Count; first += 37)
            ranks.AllReduce(cut.Slice(first, Math.Min(37, Count - first)));
        ranks.Wait();
        Assert.True(whole.Span<float>().SequenceEqual(cut.Span<float>()));
    });

    [Fact]
    public void What_is_queued_is_done_as_late_as_allowed() => ThreadTeam.Succeed(2, ranks =>
    {
        using var arena = new HostArena("test");
        Tensor x = arena.Allocate("x", DType.F32, 2);
        x.Span<float>().Fill(1);
        ranks.AllReduce(x);
        Assert.Equal(1, x.Span<float>()[0]);

        // Whoever touches the buffer before Wait has another sum.
        x.Span<float>().Fill(10);
        ranks.Wait();
        Assert.Equal(20, x.Span<float>()[0]);
    });

    [Fact]
    public void Another_operation_is_a_failure_of_all() => Assert.Equal(
        "collective 1: expected the same of all ranks, got all-reduce of 4 floats of rank 0 and broadcast of 4 floats "
        + "from rank 1 of rank 1",
        ThreadTeam.Fail(2, Long, ranks =>
        {
            using var arena = new HostArena("test");
            Tensor x = arena.Allocate("x", DType.F32, 4);
            if (ranks.Rank == 0)
                ranks.AllReduce(x);
            else
                ranks.Broadcast(x, 1);
            ranks.Wait();
        }));

    [Fact]
    public void Another_size_is_a_failure_of_all() => Assert.Contains(
        "got all-reduce of 4 floats of rank 0 and all-reduce of 5 floats of rank 2", ThreadTeam.Fail(3, Long, ranks =>
        {
            using var arena = new HostArena("test");
            ranks.AllReduce(arena.Allocate("x", DType.F32, ranks.Rank == 2 ? 5 : 4));
            ranks.Wait();
        }));

    [Fact]
    public void Another_order_is_a_failure_of_all() => Assert.Contains(
        "expected the same of all ranks", ThreadTeam.Fail(2, Long, ranks =>
        {
            using var arena = new HostArena("test");
            Tensor a = arena.Allocate("a", DType.F32, 4), b = arena.Allocate("b", DType.F32, 6);
            ranks.AllReduce(ranks.Rank == 0 ? a : b);
            ranks.AllReduce(ranks.Rank == 0 ? b : a);
            ranks.Wait();
        }));

    [Fact]
    public void A_rank_that_does_not_come_is_named()
    {
        using var over = new ManualResetEventSlim();
        string said = ThreadTeam.Fail(3, Short, ranks =>
        {
            if (ranks.Rank == 1)
                over.Wait();
            try
            {
                ranks.Barrier();
            }
            finally
            {
                over.Set();
            }
        });
        Assert.StartsWith("rank 1: expected it at an exchange of words, got no word of it for 0.3 s", said);
    }

    /// <summary>A rank that is at work for longer than the others' patience, and says so, is waited for.</summary>
    [Fact]
    public void Who_is_at_work_is_waited_for() => Assert.All(
        ThreadTeam.Run(2, Short, ranks =>
        {
            for (int i = 0; ranks.Rank == 1 && i < 10; i++)
            {
                Thread.Sleep(100);
                ranks.Progress();
            }

            ranks.Barrier();
        }),
        Assert.Null);

    [Fact]
    public void Who_gives_up_is_named_to_all() => Assert.Equal(
        "rank 2: the disk is full", ThreadTeam.Fail(3, Long, ranks =>
        {
            if (ranks.Rank == 2)
                ranks.Abort("the disk is full");
            ranks.Barrier();
        }));

    [Fact]
    public void Sizes_that_do_not_divide_are_refused_before_anything_is_sent()
    {
        using var arena = new HostArena("test");
        Communicator ranks = ThreadRanks.Of(2)[0];
        Tensor share = arena.Allocate("share", DType.F32, 3), x = arena.Allocate("x", DType.F32, 5);
        Assert.Contains("x", Assert.Throws<ArgumentException>(() => ranks.AllGather(share, x)).Message);
    }
}
