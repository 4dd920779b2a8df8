using MolEngine.Engine.Optim;

namespace MolEngine.Engine.Tests.Optim;

/// <summary>Every kind against transformers' lambda functions, written down a second time.</summary>
public sealed class LearningRateScheduleTests
{
    public static TheoryData<ScheduleKind, int, int> Cases
    {
        get
        {
            var cases = new TheoryData<ScheduleKind, int, int>();
            foreach (ScheduleKind kind in Enum.GetValues<ScheduleKind>())
            {
                foreach ((int total, int warmup) in (ReadOnlySpan<(int, int)>)[(1, 0), (1, 1), (2, 1), (7, 0), (20, 2),
                    (20, 20), (101, 11)])
                    cases.Add(kind, total, warmup);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Rates_are_those_of_transformers(ScheduleKind kind, int total, int warmup)
    {
        var schedule = new LearningRateSchedule(kind, 3e-4, total, warmup, FromZero: true);
        for (int step = 0; step <= total + 1; step++)
            Assert.Equal(3e-4 * Lambda(kind, step, warmup, total), schedule.At(step), 15);
    }

    [Fact]
    public void Rates_rise_from_zero_and_fall_to_it()
    {
        var cosine = new LearningRateSchedule(ScheduleKind.Cosine, 1, 12, 2, FromZero: true);
        Assert.Equal([0, 0.5, 1], [cosine.At(0), cosine.At(1), cosine.At(2)]);
        Assert.Equal(0.5, cosine.At(7), 12);
        Assert.Equal(0, cosine.At(12), 12);
        var linear = new LearningRateSchedule(ScheduleKind.Linear, 1, 12, 2, FromZero: true);
        Assert.Equal([0, 0.5, 1, 0.9, 0.1, 0],
            [linear.At(0), linear.At(1), linear.At(2), linear.At(3), linear.At(11), linear.At(12)]);
        var constant = new LearningRateSchedule(ScheduleKind.Constant, 1, 12, 2, FromZero: true);
        Assert.Equal([0, 0.5, 1, 1], [constant.At(0), constant.At(1), constant.At(2), constant.At(11)]);
        Assert.Equal(1, new LearningRateSchedule(ScheduleKind.Cosine, 1, 1, 0, FromZero: true).At(0));
    }

    /// <summary>No update of a warm-up is wasted, and what comes after it is the same.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void A_warm_up_from_above_zero_rises_by_equal_steps_to_the_same_peak(
        ScheduleKind kind, int total, int warmup)
    {
        var schedule = new LearningRateSchedule(kind, 3e-4, total, warmup, FromZero: false);
        for (int step = 0; step < warmup; step++)
            Assert.Equal(3e-4 / (warmup + 1), schedule.At(step) - (step == 0 ? 0 : schedule.At(step - 1)), 15);
        for (int step = warmup; step <= total + 1; step++)
            Assert.Equal(3e-4 * Lambda(kind, step, warmup, total), schedule.At(step), 15);
    }

    [Theory]
    [InlineData(0.1, 20, 2)]
    [InlineData(0.1, 21, 3)]
    [InlineData(0.1, 1, 1)]
    [InlineData(0, 100, 0)]
    [InlineData(0.03, 100, 3)]
    public void Warm_up_is_rounded_up(double ratio, int total, int expected) =>
        Assert.Equal(expected, LearningRateSchedule.WarmupOf(ratio, total));

    private static double Lambda(ScheduleKind kind, int step, int warmup, int total)
    {
        if (step < warmup)
            return step / (double)Math.Max(1, warmup);
        int rest = Math.Max(1, total - warmup);
        return kind switch
        {
            // get_cosine_schedule_with_warmup, num_cycles 0.5
            ScheduleKind.Cosine =>
                Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * 0.5 * 2 * ((step - warmup) / (double)rest)))),
            // get_linear_schedule_with_warmup
            ScheduleKind.Linear => Math.Max(0, (total - step) / (double)rest),
            // get_constant_schedule_with_warmup
            _ => 1,
        };
    }
}
