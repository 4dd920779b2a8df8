using System.Diagnostics;
using System.Text.RegularExpressions;
using MolEngine.FaultHost;

namespace MolEngine.Trainer.Tests.Durability;

/// <summary>
/// A disk that fails at a call: an error that says so, never "saved", and what was saved before is good.
/// </summary>
public sealed class FailingDiskTests : IDisposable
{
    private const int Eio = 5, Eacces = 13, Enospc = 28, Erofs = 30;

    private readonly TempFolder _folder = new();
    private readonly FaultyDisk _disk = new();

    private string Whole => Path.Combine(_folder.Root, "whole");

    private string Run => Path.Combine(_folder.Root, "run");

    [Fact]
    public void A_flush_that_fails_is_never_a_run_that_is_saved()
    {
        LoggedCall[] flushes = [.. Calls().Where(c => c.Kind == CallKinds.Sync)];

        // Files, folders, and the figures of the steps.
        foreach (string path in new[] { ".", "checkpoints", "metrics.jsonl" })
            Assert.Contains(flushes, c => c.Path == path);
        foreach (LoggedCall flush in flushes)
        {
            Answer answer = Fail(flush, Eio);
            Assert.True(answer.Code is 1 or 2, $"{flush}: exit {answer.Code}");
            Assert.DoesNotContain("\nsaved ", answer.Output);
            AssertClear(flush, answer, "Input/output error");
            AssertGoesOn(flush, answer);
        }
    }

    [Fact]
    public void A_call_that_fails_costs_nothing_that_was_saved()
    {
        Func<LoggedCall, bool> isTried = Sample.Of(0.08);
        foreach (LoggedCall call in Calls().Where(c => c.Kind != CallKinds.Sync))
        {
            int[] errors = call.Kind is CallKinds.Create or CallKinds.Write or CallKinds.Mkdir ? [Enospc, Eio]
                : [Eio, Eacces];
            foreach (int error in errors.Where(_ => isTried(call)))
            {
                Answer answer = Fail(call, error);
                if (answer.Code != 0)
                    AssertClear(call, answer, error switch
                    {
                        Eio => "Input/output error",
                        Enospc => "No space left on device",
                        _ => "denied"
                    });
                AssertGoesOn(call, answer);
            }
        }
    }

    /// <summary>Without a checkpoint all would be lost: the state goes where there is room.</summary>
    [Theory]
    [InlineData(".adapter.", 3)]
    [InlineData("metrics.jsonl", 2)]
    public void A_disk_that_is_full_in_the_end_costs_no_run(string path, int step)
    {
        LoggedCall[] calls = Calls("checkpoint.every=0");
        LoggedCall[] own = [.. calls.Where(
            c => c.Path.StartsWith(path, StringComparison.Ordinal) && c.Kind is CallKinds.Write or CallKinds.Mkdir)];
        LoggedCall first = path == "metrics.jsonl" ? own.Where(c => c.Kind == CallKinds.Write).ElementAt(step) : own[0];
        const CallKinds Growing = CallKinds.Create | CallKinds.Write | CallKinds.Mkdir;
        Answer answer = _disk.Run(
            new Fault(Run, FaultMode.Fail, first.Index, long.MaxValue, Enospc, Growing),
            ShortRun.Start(Run, "checkpoint.every=0"))!;
        Assert.Equal(1, answer.Code);
        Assert.DoesNotContain("\nsaved ", answer.Output);
        AssertClear(first, answer, "No space left on device");
        Match back = Regex.Match(answer.Error,
            @"is kept in (\S+)\. Make room, put that back: mv (\S+) (\S+), and go on: molengine train --resume (\S+)");
        Assert.True(back.Success, answer.Error);
        Assert.EndsWith($"step-{step:D8}", back.Groups[1].Value);
        Assert.Equal(Run, Path.GetFullPath(back.Groups[4].Value));
        string from = Path.GetFullPath(back.Groups[2].Value), to = Path.GetFullPath(back.Groups[3].Value);

        // Not Directory.Move: the place may be on another disk.
        using (Process mv = Process.Start("mv", [from, to]))
        {
            mv.WaitForExit();
            Assert.Equal(0, mv.ExitCode);
        }

        Directory.Delete(Path.GetDirectoryName(from)!);
        TinyRun.Ok(ShortRun.Resume(Run));
        Assert.True(ShortRun.IsFinished(Run));
        string adapter = Path.Combine("adapter", "adapter_model.safetensors");
        Assert.Equal(File.ReadAllBytes(Path.Combine(Whole, adapter)), File.ReadAllBytes(Path.Combine(Run, adapter)));
        if (step == 3)
            Assert.Equal(Training.SmallRun.Metrics(Whole), Training.SmallRun.Metrics(Run));
    }

    [Fact]
    public void A_disk_without_room_for_the_result_is_found_before_training()
    {
        Answer answer = _disk.Run(new Fault(Run, Room: 64 * 1024), ShortRun.Start(Run))!;
        Assert.Equal((2, 0), (answer.Code, answer.Calls));
        Assert.Matches(
            @"run: disk: expected [\d.]+ KiB free, got 64\.0 KiB: the adapter takes [\d.]+ KiB, and 2 checkpoints [\d.]+ KiB each\. Make room",
            answer.Error);
        Assert.False(Directory.Exists(Run));

        // A run that starts from an adapter keeps a copy of it.
        TinyRun.Ok(ShortRun.Start(Whole));
        string[] start = ShortRun.Start(Run, "lora={rank: null, from: " + Path.Combine(Whole, "adapter") + "}");
        answer = _disk.Run(new Fault(Run, Room: 64 * 1024), start)!;
        Assert.Equal((2, 0), (answer.Code, answer.Calls));
        Assert.Contains("the adapter, and the copy of the one it starts from, each takes ", answer.Error);
    }

    [Theory]
    [InlineData(Eacces, "expected a folder that may be written, got \"Access to the path")]
    [InlineData(Erofs, "expected a place that can be written, got \"Read-only file system")]
    [InlineData(Enospc, "expected a disk with room, got \"No space left on device")]
    public void A_lock_that_cannot_be_taken_says_why(int error, string says)
    {
        foreach (LoggedCall call in Calls().Where(c => c.Kind == CallKinds.Create).Take(2))
        {
            Assert.Matches(@"^\.lock$|^\.\.owner\.", call.Path);
            Answer answer = Fail(call, error);
            Assert.Equal(error == Enospc ? 1 : 2, answer.Code);
            Assert.Contains(says, answer.Error);
            Assert.DoesNotContain("held", answer.Error);
            AssertGoesOn(call, answer);
        }
    }

    public void Dispose()
    {
        _disk.Dispose();
        _folder.Dispose();
    }

    /// <summary>The calls of a run that nothing happens to, which stays as <see cref="Whole"/>.</summary>
    private LoggedCall[] Calls(params string[] more)
    {
        string log = Path.Combine(_folder.Root, "calls");
        Answer answer = _disk.Run(new Fault(Run, Log: log), ShortRun.Start(Run, more))!;
        Assert.True(answer.Code == 0, answer.Error);
        Directory.Move(Run, Whole);
        return LoggedCall.Read(log, Run);
    }

    private Answer Fail(LoggedCall call, int error)
    {
        if (Directory.Exists(Run))
            Directory.Delete(Run, recursive: true);
        return _disk.Run(new Fault(Run, FaultMode.Fail, call.Index, call.Index, error), ShortRun.Start(Run))!;
    }

    private static void AssertClear(LoggedCall call, Answer answer, string says)
    {
        Assert.True(
            answer.Error.Contains(says) && !answer.Error.Contains("unexpected error")
                && answer.Error.TrimEnd().Split('\n').Length == 1,
            $"{call}: exit {answer.Code}: {answer.Error}");
    }

    private void AssertGoesOn(LoggedCall call, Answer answer)
    {
        // What is left of a checkpoint that could not be removed is told of, and goes with the next start.
        bool isTold = answer.Code == 0 && answer.Output.Contains("\nnote ");
        string? wrong = ShortRun.GoOn(Whole, Run);
        Assert.True(wrong is null || (isTold && wrong.StartsWith("left ", StringComparison.Ordinal)),
            $"{call}: exit {answer.Code} {answer.Error}: {wrong}");
    }
}
