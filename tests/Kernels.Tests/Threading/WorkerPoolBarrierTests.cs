using MolEngine.Kernels.Cpu.Threading;

namespace MolEngine.Kernels.Tests.Threading;

public sealed class WorkerPoolBarrierTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Nobody_passes_a_barrier_before_everybody_has_come(int workers)
    {
        using var pool = new WorkerPool(workers);
        int[] rounds = new int[workers];
        pool.OnAll(worker =>
        {
            for (int round = 1; round <= 100; round++)
            {
                Volatile.Write(ref rounds[worker], round);
                pool.Barrier();
                for (int other = 0; other < workers; other++)
                    Assert.InRange(Volatile.Read(ref rounds[other]), round, round + 1);
            }
        });
        Assert.All(rounds, r => Assert.Equal(100, r));
    }

    [Fact]
    public void A_worker_that_fails_before_a_barrier_releases_the_others()
    {
        using var pool = new WorkerPool(3);
        for (int round = 0; round < 20; round++)
        {
            int failing = round % 3;
            Assert.Throws<InvalidDataException>(() => pool.OnAll(worker =>
            {
                if (worker == failing)
                    throw new InvalidDataException();
                pool.Barrier();
            }));
            pool.OnAll(_ => pool.Barrier());
        }
    }
}
