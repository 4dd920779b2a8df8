using MolEngine.Kernels.Cpu.Threading;

namespace MolEngine.Kernels.Tests.Threading;

/// <summary>Workers whose threads get to run only when the work is long done.</summary>
public sealed class WorkerPoolLatecomerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void For_does_not_wait_for_workers_that_have_not_started()
    {
        using var start = new ManualResetEventSlim();
        using var pool = new WorkerPool(3, _ => start.Wait());
        long sum = 0;
        for (int fork = 0; fork < 100; fork++)
        {
            pool.For(7, (task, worker) =>
            {
                Assert.Equal(0, worker);
                sum += task;
            });
        }

        Assert.Equal(2100, sum);
        start.Set();
    }

    [Fact]
    public void A_late_worker_finds_old_forks_closed_and_joins_the_next()
    {
        using var start = new ManualResetEventSlim();
        using var pool = new WorkerPool(2, _ => start.Wait());
        int late = 0;
        for (int fork = 0; fork < 10; fork++)
            pool.For(2, (_, worker) => late += worker);
        start.Set();
        using var both = new Barrier(2);
        pool.For(2, (_, _) => Assert.True(both.SignalAndWait(Patience)));
        Assert.Equal(0, late);
    }

    [Fact]
    public void OnAll_waits_for_workers_that_start_late()
    {
        using var start = new ManualResetEventSlim();
        using var pool = new WorkerPool(3, _ => start.Wait());
        pool.For(4, (_, _) => { });
        var release = new Thread(() =>
        {
            Thread.Sleep(20);
            start.Set();
        });
        release.Start();
        int[] runs = new int[3];
        pool.OnAll(worker =>
        {
            pool.Barrier();
            runs[worker]++;
        });
        Assert.Equal([1, 1, 1], runs);
        release.Join();
    }

    [Fact]
    public void For_waits_for_a_worker_that_is_inside_a_task()
    {
        using var pool = new WorkerPool(2);
        using var inside = new ManualResetEventSlim();
        bool finished = false;
        pool.For(2, (_, worker) =>
        {
            if (worker == 0)
            {
                Assert.True(inside.Wait(Patience));
                return;
            }

            inside.Set();
            Thread.Sleep(50);
            Volatile.Write(ref finished, true);
        });
        Assert.True(finished);
    }

    [Theory]
    [InlineData(2, 20000)]
    [InlineData(6, 20000)]    // more workers than cores: most come late
    public void No_task_is_lost_or_doubled_or_runs_after_its_fork(int workers, int forks)
    {
        using var pool = new WorkerPool(workers);
        int[] runs = new int[5];
        int current = 0, strays = 0;
        for (int fork = 1; fork <= forks; fork++)
        {
            int mine = fork;
            Volatile.Write(ref current, fork);
            pool.For(runs.Length, (task, _) =>
            {
                if (Volatile.Read(ref current) != mine)
                    Interlocked.Increment(ref strays);
                runs[task]++;
            });
            Volatile.Write(ref current, 0);
        }

        Assert.Equal(0, strays);
        Assert.All(runs, r => Assert.Equal(forks, r));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void For_and_OnAll_and_failures_take_turns(int workers)
    {
        using var pool = new WorkerPool(workers);
        int[] runs = new int[workers];
        for (int round = 1; round <= 300; round++)
        {
            int sum = 0;
            pool.For(9, (task, _) => Interlocked.Add(ref sum, task));
            Assert.Equal(36, sum);
            Assert.Throws<InvalidDataException>(() => pool.For(9, (task, _) =>
            {
                if (task == round % 9)
                    throw new InvalidDataException();
            }));
            pool.OnAll(worker => runs[worker]++);
            Assert.All(runs, r => Assert.Equal(round, r));
        }
    }

    /// <summary>
    /// The end comes while the threads stand anywhere: before their first look, spinning, about to join the fork just
    /// closed, asleep. One that takes the end for another fork to wait out is never joined (one pool in 3,000 hung).
    /// </summary>
    [Fact]
    public void Disposing_ends_threads_wherever_they_stand()
    {
        const int rounds = 1000;
        int started = 0;
        int ended = 0;
        var disposer = new Thread(() =>
        {
            for (int round = 0; round < rounds; round++)
            {
                var pool = new WorkerPool(4, _ => Interlocked.Increment(ref started));
                pool.For(2, (_, _) => { });
                Thread.SpinWait(round % 50);
                pool.Dispose();
                ended++;
            }
        })
        {
            IsBackground = true,
        };
        disposer.Start();

        Assert.True(disposer.Join(TimeSpan.FromMinutes(1)), $"pool {ended} of {rounds} has not ended");
        Assert.Equal(3 * rounds, started);
    }
}
