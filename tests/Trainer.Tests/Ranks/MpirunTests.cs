using System.Diagnostics;
using System.Text.RegularExpressions;
using MolEngine.Trainer.Checkpoints;
using MolEngine.Trainer.Tests.Training;

namespace MolEngine.Trainer.Tests.Ranks;

/// <summary>Runs of processes that real launchers start, on more ranks than there may be cores.</summary>
[Collection(ThreadRun.Collection)]
public sealed class MpirunTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public static TheoryData<string> Launchers => ["openmpi", "mpich"];

    [Theory]
    [MemberData(nameof(Launchers))]
    public void Collectives_pass_their_selftest(string mpi)
    {
        using RankProcess ranks = Launcher.Of(mpi).Start(3, "selftest", "--ranks");
        string said = ranks.Succeed();
        Assert.Contains("5 collectives pass", said);
        Assert.Matches($"3 ranks, {(mpi == "mpich" ? "MPICH" : "Open MPI")} v?[0-9].*: rank 0 on .*, rank 2 on ", said);
    }

    /// <summary>Threads sum as processes do: whatever library carries the messages, the bits are the same.</summary>
    [Theory]
    [MemberData(nameof(Launchers))]
    public void Two_processes_train_what_two_threads_do(string mpi)
    {
        Launcher launcher = Launcher.Of(mpi);
        string threads = At("threads"), processes = At("processes");
        ThreadRun.Train(2, ThreadRun.Load(threads, "steps=6"));
        using RankProcess ranks = launcher.Start(2, Train(ThreadRun.Settings(processes, "steps=6")));
        string said = ranks.Succeed();
        Assert.Single(said.Split('\n'), l => l.Contains("saved      "));
        SmallRun.AssertSame(threads, processes);
    }

    /// <summary>
    /// Four ranks, of which one is killed; two, of which the first hangs; three, whose launcher is told to stop; one:
    /// the run that nothing happened to, to fp32 rounding.
    /// </summary>
    [Theory]
    [MemberData(nameof(Launchers))]
    public void A_run_survives_its_ranks_and_goes_on_at_any_number(string mpi)
    {
        Launcher launcher = Launcher.Of(mpi);
        string[] settings = ["steps=150", "checkpoint={every: 1, keep: last 2}", "validate.every=0"];
        string whole = At("whole"), parts = At("parts");
        SmallRun.Train(ThreadRun.Load(whole, settings));

        using (RankProcess four = launcher.Start(4, Train(ThreadRun.Settings(parts, settings))))
        {
            AwaitStep(four, parts, 3);
            Signal("KILL", Launcher.ProcessOf(parts, 3));
            Assert.True(four.End() != 0, four.Said);
        }

        using (RankProcess two = launcher.Start(2, Resume(parts, "collectives.timeout=6")))
        {
            AwaitStep(two, parts, Newest(parts) + 3);
            int hung = Launcher.ProcessOf(parts, 1);
            Signal("STOP", hung);
            Assert.True(two.End() != 0, two.Said);
            Assert.True(
                Regex.IsMatch(
                    two.Said, "molengine: rank 0 on .*: rank 1 on .*: expected it at .*, got no word of it for 6 s"),
                two.Said);
        }

        using (RankProcess three = launcher.Start(3, Resume(parts)))
        {
            AwaitStep(three, parts, Newest(parts) + 3);
            Signal("USR1", three.Id);

            // Ranks end with 130; of that MPICH's launcher makes 0 now and then.
            _ = three.End();
            Assert.Matches("stopped    after step [0-9]+, which is saved", three.Said);
        }

        SmallRun.Train(SmallRun.Reload(parts), resume: true);
        ThreadRun.AssertNear(whole, parts);
    }

    [Theory]
    [MemberData(nameof(Launchers))]
    public void A_mistake_is_told_once(string mpi)
    {
        using RankProcess ranks = Launcher.Of(mpi).Start(
            2, Train(ThreadRun.Settings(At("run"), "optimizer.learning_rat=1")));
        Assert.NotEqual(0, ranks.End());
        Assert.Single(ranks.Said.Split('\n'), l => l.Contains("learning_rat:"));
        Assert.False(Directory.Exists(At("run")));
    }

    public void Dispose() => _folder.Dispose();

    private string At(string name) => Path.Combine(_folder.Root, name);

    private static string[] Train(string[] settings) =>
        ["train", SmallRun.Config, .. settings.SelectMany(s => new[] { "--set", s })];

    private static string[] Resume(string run, params string[] settings) =>
        ["train", "--resume", run, .. settings.SelectMany(s => new[] { "--set", s })];

    private static long Newest(string run) =>
        CheckpointStore.All(run).Newest is { } newest ? newest.Step : 0;

    /// <summary>Waits for a checkpoint of a step, or a later one.</summary>
    private static void AwaitStep(RankProcess ranks, string run, long step)
    {
        string checkpoints = CheckpointStore.FolderOf(run);
        string least = CheckpointStore.NameOf(step);
        while (!Directory.Exists(checkpoints) || !Directory.GetDirectories(checkpoints, "step-*")
            .Any(d => string.CompareOrdinal(Path.GetFileName(d), least) >= 0))
        {
            Assert.False(ranks.HasExited, ranks.Said);
            Thread.Sleep(5);
        }
    }

    private static void Signal(string name, int process)
    {
        using Process kill = Process.Start("kill", [$"-{name}", $"{process}"]);
        kill.WaitForExit();
    }
}
