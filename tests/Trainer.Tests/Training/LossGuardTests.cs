using FsCheck;
using MolEngine.Support;
using MolEngine.Trainer.Training;

namespace MolEngine.Trainer.Tests.Training;

public sealed class LossGuardTests
{
    /// <summary>Batches differ, and so do their losses: within a factor of two of the least none is a spike.</summary>
    [Property]
    public void Noise_and_a_falling_loss_are_no_spike(int seed, PositiveInt scale)
    {
        var random = new System.Random(seed);
        var guard = new LossGuard();
        for (int step = 1; step <= 200; step++)
            Assert.Null(guard.Add(step, scale.Get * Math.Exp(-step / 300.0) * (1 + random.NextDouble())));
    }

    [Theory]
    [InlineData(LossGuard.Fewest)]
    [InlineData(LossGuard.Window)]
    [InlineData(100)]
    public void Three_steps_in_a_row_are_one(int before)
    {
        var guard = new LossGuard();
        for (int step = 1; step <= before; step++)
            Assert.Null(guard.Add(step, 2 + (0.01 * (step % 3))));
        Assert.Null(guard.Add(before + 1, 7));
        Assert.Null(guard.Add(before + 2, 9));
        LossSpike spike = guard.Add(before + 3, 8)!;
        Assert.Equal(
            new LossSpike(before + 1, before + 3, 7, 9, 2.01, Math.Min(before, LossGuard.Window)), spike);
        Assert.Equal(before - 1, spike.GoodThrough);
    }

    [Fact]
    public void Odd_batches_alone_too_few_steps_and_a_new_level_are_none()
    {
        var odd = new LossGuard();
        for (int step = 1; step <= 100; step++)
            Assert.Null(odd.Add(step, step % 20 < 2 ? 30 : 2));

        var early = new LossGuard();
        for (int step = 1; step < LossGuard.Fewest; step++)
            Assert.Null(early.Add(step, 2));
        for (int step = LossGuard.Fewest; step < 2 * LossGuard.Fewest; step++)
            Assert.Null(early.Add(step, step == LossGuard.Fewest ? 2 : step % 2 == 0 ? 3.9 : 2));

        var settled = new LossGuard();
        int spikes = 0;
        for (int step = 1; step <= 200; step++)
            spikes += settled.Add(step, step <= 50 ? 2 : 9) is null ? 0 : 1;
        Assert.Equal(1, spikes);
    }

    /// <summary>Losses of mixed batches spread by themselves, so that more is needed to stand out.</summary>
    [Fact]
    public void What_is_far_follows_the_spread()
    {
        LossSpike? At(double loss, double spread)
        {
            var guard = new LossGuard();
            for (int step = 1; step <= 32; step++)
                guard.Add(step, 2 + (spread * ((step % 5) - 2)));
            LossSpike? last = null;
            for (int step = 33; step <= 35; step++)
                last = guard.Add(step, loss);
            return last;
        }

        Assert.NotNull(At(4.5, 0.01));
        Assert.Null(At(3.9, 0.01));
        Assert.Null(At(4.5, 0.5));
        Assert.NotNull(At(11, 0.5));
    }
}
