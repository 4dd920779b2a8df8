using System.Diagnostics;
using System.Globalization;
using MolEngine.Support;

namespace MolEngine.Trainer.Tests.Training;

/// <summary>
/// kill -9 at random moments of a run in a process of its own: the run directory can always be resumed, and the end is
/// the same to the bit. MOLENGINE_KILLS sets how many times (default 2); the moments are seeded.
/// </summary>
public sealed class KillTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void A_run_killed_at_random_moments_ends_with_the_same_bits()
    {
        string[] more = [.. SmallRun.Lora, "checkpoint={every: 1, keep: last 2}", "steps=24"];
        string whole = Path.Combine(_folder.Root, "whole"), killed = Path.Combine(_folder.Root, "killed");
        SmallRun.Train(SmallRun.Load(whole, more));
        int kills = int.Parse(
            Environment.GetEnvironmentVariable("MOLENGINE_KILLS") ?? "2", CultureInfo.InvariantCulture);
        var random = new Random(20260);
        bool finished = false;
        for (int k = 0; k < kills && !finished; k++)
        {
            bool begun = File.Exists(Path.Combine(killed, "config.yaml"));
            using Process process = Start(begun ? ["train", "--resume", killed] : Fresh(killed, more));
            // From the first checkpoint on: some moments fall into a step, some into the writing of a checkpoint.
            WaitForProgress(process, killed);
            finished = process.WaitForExit(random.Next(0, 120));
            Assert.True(!finished || process.ExitCode == 0, "a run ended by itself with an error");
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }

        if (!Directory.Exists(Path.Combine(killed, "adapter")))
        {
            using Process last = Start(["train", "--resume", killed]);
            string error = last.StandardError.ReadToEnd();
            last.WaitForExit();
            Assert.True(last.ExitCode == 0, error);
        }

        SmallRun.AssertSame(whole, killed);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(killed, "checkpoints"), ".*.tmp"));
    }

    public void Dispose() => _folder.Dispose();

    private static string[] Fresh(string output, string[] more) =>
        ["train", SmallRun.Config, .. SmallRun.Settings(output, more).SelectMany(s => new[] { "--set", s })];

    /// <summary>Waits until the run has written a checkpoint that was not there before, or has ended.</summary>
    private static void WaitForProgress(Process process, string output)
    {
        string before = Newest(output);
        while (!process.HasExited && Newest(output) == before)
            Thread.Sleep(5);
    }

    private static string Newest(string output)
    {
        string folder = Path.Combine(output, "checkpoints");
        return !Directory.Exists(folder) ? ""
            : Directory.GetDirectories(folder, "step-*").Max(StringComparer.Ordinal) ?? "";
    }

    private static Process Start(string[] args)
    {
        Process process = Process.Start(DotnetProgram.Of("molengine.dll", args))!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }
}
