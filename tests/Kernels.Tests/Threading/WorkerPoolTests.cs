using MolEngine.Kernels.Cpu.Threading;

namespace MolEngine.Kernels.Tests.Threading;

public sealed class WorkerPoolTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Every_task_runs_once_on_a_worker_of_the_pool(int workers)
    {
        using var pool = new WorkerPool(workers);
        foreach (int tasks in (int[])[0, 1, 2, 1000])
        {
            var runs = new int[tasks];
            pool.For(tasks, (task, worker) =>
            {
                Assert.InRange(worker, 0, workers - 1);
                Interlocked.Increment(ref runs[task]);
            });
            Assert.All(runs, r => Assert.Equal(1, r));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void OnAll_runs_every_worker_at_the_same_time(int workers)
    {
        using var pool = new WorkerPool(workers);
        using var barrier = new Barrier(workers);
        var seen = new int[workers];
        pool.OnAll(worker =>
        {
            Assert.True(barrier.SignalAndWait(TimeSpan.FromSeconds(30)));
            seen[worker]++;
        });
        Assert.All(seen, s => Assert.Equal(1, s));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void An_exception_comes_out_as_it_is_and_the_pool_goes_on(int workers)
    {
        using var pool = new WorkerPool(workers);
        for (int round = 0; round < 50; round++)
        {
            var e = Assert.Throws<InvalidDataException>(() => pool.For(20, (task, _) =>
            {
                if (task % 3 == 1)
                    throw new InvalidDataException($"task {task}");
            }));
            Assert.StartsWith("task ", e.Message);
            int sum = 0;
            pool.For(10, (task, _) => Interlocked.Add(ref sum, task));
            Assert.Equal(45, sum);
        }

        Assert.Throws<InvalidDataException>(() => pool.OnAll(_ => throw new InvalidDataException()));
    }

    [Theory]
    [InlineData(2, 5000)]
    [InlineData(5, 300)]    // more workers than cores: a fork may wait for a time slice
    public void Many_tiny_forks_lose_nothing(int workers, int forks)
    {
        using var pool = new WorkerPool(workers);
        long sum = 0;
        for (int fork = 0; fork < forks; fork++)
            pool.For(3, (task, _) => Interlocked.Add(ref sum, task + 1));
        Assert.Equal(6L * forks, sum);
    }

    [Fact]
    public void Workers_that_slept_wake_again()
    {
        using var pool = new WorkerPool(4);
        for (int round = 0; round < 20; round++)
        {
            Thread.Sleep(3);    // long enough for every worker to fall asleep
            using var barrier = new Barrier(4);
            pool.OnAll(_ => Assert.True(barrier.SignalAndWait(TimeSpan.FromSeconds(30))));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_body_that_forks_is_refused_for_any_number_of_workers(int workers)
    {
        using var pool = new WorkerPool(workers);
        var e = Assert.Throws<InvalidOperationException>(() => pool.For(1, (_, _) => pool.For(4, (_, _) => { })));
        Assert.Contains("one fork at a time", e.Message);
        Assert.Throws<InvalidOperationException>(() => pool.For(4, (_, _) => pool.OnAll(_ => { })));
        Assert.Throws<InvalidOperationException>(() => pool.OnAll(_ => pool.For(4, (_, _) => { })));
        int runs = 0;
        pool.For(4, (_, _) => Interlocked.Increment(ref runs));
        Assert.Equal(4, runs);
    }

    [Fact]
    public void A_second_thread_is_refused_while_the_pool_works()
    {
        using var pool = new WorkerPool(2);
        Exception? refused = null;
        pool.For(1, (_, _) =>
        {
            var second = new Thread(() => refused = Record.Exception(() => pool.For(1, (_, _) => { })));
            second.Start();
            second.Join();
        });
        Assert.IsType<InvalidOperationException>(refused);
    }

    [Fact]
    public void A_disposed_pool_says_so_and_a_pool_has_at_least_one_worker()
    {
        var pool = new WorkerPool(3);
        pool.Dispose();
        pool.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pool.For(3, (_, _) => { }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WorkerPool(0));
    }
}
