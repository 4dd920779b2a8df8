using MolEngine.Kernels.Collectives;
using MolEngine.Trainer.Checkpoints;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Display;
using MolEngine.Trainer.Jobs;
using MolEngine.Trainer.Ranks;
using MolEngine.Trainer.Tests.Training;

namespace MolEngine.Trainer.Tests.Ranks;

/// <summary>One run on any number of ranks: the same steps, to fp32 rounding.</summary>
[Collection(ThreadRun.Collection)]
public sealed class ThreadRunTests : IDisposable
{
    private static readonly string[] Short = ["steps=12", "checkpoint={every: 3, keep: last 2}"];

    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData("method=lora")]
    [InlineData("method=full")]
    public void Any_number_of_ranks_trains_the_same_run(string method)
    {
        string one = At("one");
        SmallRun.Train(ThreadRun.Load(one, method));
        for (int size = 1; size <= 4; size++)
        {
            string ranks = At($"ranks{size}"), again = At($"again{size}");
            ThreadRun.Train(size, ThreadRun.Load(ranks, method));
            ThreadRun.AssertNear(one, ranks);
            if (size == 1)
                SmallRun.AssertSame(one, ranks);
            if (size != 3)
                continue;

            // Neither a repetition nor the split into micro-batches changes a bit, but the number of ranks does.
            ThreadRun.Train(size, ThreadRun.Load(again, method, "micro_batch=1"));
            SmallRun.AssertSame(ranks, again);
            Assert.NotEqual(ThreadRun.Losses(one), ThreadRun.Losses(ranks));
        }
    }

    [Fact]
    public void A_run_goes_on_at_any_number_of_ranks()
    {
        string whole = At("whole"), parts = At("parts"), four = At("four");
        ThreadRun.Train(4, ThreadRun.Load(whole, Short));
        foreach ((string output, int[] sizes) in ((string, int[])[])[(parts, [4, 2, 3, 1]), (four, [4, 4, 4, 4])])
        {
            for (int part = 0; part < sizes.Length; part++)
                Stop(sizes[part], output, after: part + 1 < sizes.Length ? 3 * (part + 1) : 99, resume: part > 0);
        }

        ThreadRun.AssertNear(whole, parts);
        SmallRun.AssertSame(whole, four);
    }

    [Fact]
    public void Every_rank_keeps_a_log_and_rank_0_alone_the_rest()
    {
        string run = At("run");
        string printed = ThreadRun.Train(3, ThreadRun.Load(run, "steps=2"));
        Assert.Single(printed.Split('\n'), l => l.StartsWith("step 2/2", StringComparison.Ordinal));
        for (int rank = 0; rank < 3; rank++)
        {
            string log = File.ReadAllText(Path.Combine(RankLog.FolderOf(run), $"rank-{rank}.log"));
            Assert.Matches("step 2: [0-4] of 4 rows, [0-9]+ tokens", log);
        }
    }

    [Fact]
    public void Another_run_on_a_rank_is_refused_by_name_before_a_folder_is_made()
    {
        RunConfig run = ThreadRun.Load(At("run"));
        (_, Exception? failure) = ThreadRun.Attempt(
            3, run, of: rank => rank == 2 ? ThreadRun.Load(At("run"), "lora.alpha=3", "data.context=48") : run);
        Assert.Matches(
            "^rank 2 on .*: expected the run that rank 0 has, got another: .*the rows of the corpora.*lora.alpha: 8 in "
            + "the run, 3 now", Assert.IsType<RunFailedException>(failure).Message);
        Assert.False(Directory.Exists(run.Output));
    }

    [Fact]
    public void A_rank_that_cannot_load_is_named()
    {
        RunConfig run = ThreadRun.Load(At("run"));
        (_, Exception? failure) = ThreadRun.Attempt(
            2, run, of: rank => rank == 1 ? run with { Model = At("absent") } : run);
        Assert.Contains("rank 1 on ", failure!.Message);
        Assert.Contains("absent", failure.Message);
        Assert.False(Directory.Exists(run.Output));
    }

    [Fact]
    public void Any_rank_that_is_asked_to_stop_stops_all_after_a_step()
    {
        (string printed, Exception? failure) = ThreadRun.Attempt(3, ThreadRun.Load(At("run")), stops: 2);
        Assert.IsType<OperationCanceledException>(failure);
        Assert.Contains("stopped    after step 1, which is saved", printed);
        Assert.Equal(1, Assert.Single(CheckpointStore.All(At("run")).Whole).Step);
    }

    [Fact]
    public void Numbers_that_are_not_finite_end_the_run_with_the_rank_that_computed_them()
    {
        (_, Exception? failure) = ThreadRun.Attempt(
            2, ThreadRun.Load(
                At("run"), "method=full",
                "optimizer={learning_rate: 1e38, schedule: constant, warmup_steps: 0, clip: 0}", "validate.every=0",
                "checkpoint.every=0"));
        string said = Assert.IsType<RunFailedException>(failure).Message;
        Assert.Matches("^step 2: .*expected finite numbers.* It was computed by rank [01] on ", said);
        Assert.Contains("No checkpoint is saved.", said);
    }

    public void Dispose() => _folder.Dispose();

    private string At(string name) => Path.Combine(_folder.Root, name);

    /// <summary>Trains until some steps are done, or to the end where there are fewer.</summary>
    private static void Stop(int size, string output, int after, bool resume)
    {
        RunConfig run = resume ? SmallRun.Reload(output) : ThreadRun.Load(output, Short);
        Communicator[] ranks = ThreadRanks.Of(size);
        using var stop = new CancellationTokenSource();
        Thread[] others =
        [
            .. ranks.Skip(1).Select(r => new Thread(() =>
            {
                _ = r.Hosts;
                RankFollower.Run(
                    run, new RankTeam(r, RankLog.None), new ProgressPrinter(TextWriter.Null), CancellationToken.None);
            })),
        ];
        foreach (Thread t in others)
            t.Start();
        _ = ranks[0].Hosts;
        try
        {
            TrainingJob.Execute(
                run, resume, new ProgressPrinter(new StoppingAt($"step {after,2}/", stop)), stop.Token,
                team: new RankTeam(ranks[0], RankLog.None));
        }
        catch (OperationCanceledException)
        {
            // As it was asked to.
        }

        foreach (Thread t in others)
            t.Join();
    }

    private sealed class StoppingAt(string line, CancellationTokenSource stop) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            if (value!.StartsWith(line, StringComparison.Ordinal))
                stop.Cancel();
        }
    }
}
