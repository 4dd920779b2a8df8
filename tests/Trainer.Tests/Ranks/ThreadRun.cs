using MolEngine.Kernels.Collectives;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Display;
using MolEngine.Trainer.Jobs;
using MolEngine.Trainer.Ranks;

namespace MolEngine.Trainer.Tests.Ranks;

/// <summary>Runs on ranks that are threads of this process.</summary>
internal static class ThreadRun
{
    /// <summary>Of tests that run one after another: ranks of several would only wait for cores.</summary>
    public const string Collection = "ranks";

    /// <summary>
    /// 20 steps of 4 rows, with dropout, validations and a base to stay close to; one thread a rank. At ten times this
    /// rate training multiplies any rounding by a thousand in 20 steps, whatever it came from.
    /// </summary>
    public static string[] Settings(string output, params string[] more) => Training.SmallRun.Settings(
        output,
        [
            "steps=20", "global_batch=4", "data.context=64", "validate.every=10", "samples=1",
            .. Training.SmallRun.Lora, "optimizer.learning_rate=1e-3", .. more,
        ]);

    public static RunConfig Load(string output, params string[] more) =>
        RunConfigLoader.Load(Training.SmallRun.Config, Settings(output, more));

    /// <summary>Trains; returns what was printed.</summary>
    public static string Train(int size, RunConfig run, bool resume = false)
    {
        (string printed, Exception? failure) = Attempt(size, run, resume);
        Assert.Null(failure);
        return printed;
    }

    /// <summary>Trains; returns what was printed, and what rank 0 has thrown.</summary>
    /// <param name="of">What a rank is given as its run, where that is not the same one.</param>
    /// <param name="stops">A rank that is asked to stop before the first step; none below 0.</param>
    public static (string Printed, Exception? Failure) Attempt(
        int size, RunConfig run, bool resume = false, Func<int, RunConfig>? of = null, int stops = -1)
    {
        Communicator[] ranks = ThreadRanks.Of(size);
        var output = new StringWriter();
        Exception? failure = null;
        Thread[] threads =
        [
            .. ranks.Select(r => new Thread(() =>
            {
                r.Timeout = TimeSpan.FromSeconds(60);
                using var log = new RankLog(run.Output, r.Rank);
                using var stop = new CancellationTokenSource();
                if (r.Rank == stops)
                    stop.Cancel();
                var team = new RankTeam(r, log);
                try
                {
                    _ = r.Hosts;
                    RunConfig own = of?.Invoke(r.Rank) ?? run;
                    if (r.Rank > 0)
                        RankFollower.Run(own, team, new ProgressPrinter(TextWriter.Null), stop.Token);
                    else
                        TrainingJob.Execute(own, resume, new ProgressPrinter(output), stop.Token, team: team);
                }
                catch (OtherRankException)
                {
                    // Rank 0 says why.
                }
                catch (Exception e)
                {
                    failure = e;
                    if (r.Rank > 0 || team.IsBroken)
                        r.Abort(e.Message);
                }
            })),
        ];
        foreach (Thread t in threads)
            t.Start();
        foreach (Thread t in threads)
            t.Join();
        return (output.ToString(), failure);
    }

    /// <summary>The losses of all steps, by metrics.jsonl.</summary>
    public static double[] Losses(string output) =>
    [
        .. File.ReadLines(Path.Combine(output, "metrics.jsonl"))
            .Select(l => System.Text.Json.JsonDocument.Parse(l).RootElement)
            .Where(l => l.TryGetProperty("grad_norm", out _)).Select(l => l.GetProperty("loss").GetDouble()),
    ];

    /// <summary>Asserts that every step's loss is another run's, but for how fp32 sums are rounded.</summary>
    public static void AssertNear(string expected, string got)
    {
        double[] a = Losses(expected), b = Losses(got);
        Assert.Equal(a.Length, b.Length);
        Assert.All(a.Zip(b), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }
}
