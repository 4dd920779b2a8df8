using MolEngine.FaultHost;

namespace MolEngine.Trainer.Tests.Durability;

/// <summary>What a power cut leaves depends on what was flushed before what: the order of a run's calls.</summary>
public sealed class FlushOrderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void What_gets_its_name_is_on_the_disk_and_so_is_its_name()
    {
        using var disk = new FaultyDisk();
        string run = Path.Combine(_folder.Root, "run"), log = Path.Combine(_folder.Root, "calls");
        Answer answer = disk.Run(new Fault(run, Log: log), ShortRun.Start(run))!;
        Assert.True(answer.Code == 0, answer.Error);
        LoggedCall[] calls = LoggedCall.Read(log, run);
        LoggedCall[] renames = [.. calls.Where(c => c.Kind == CallKinds.Rename)];
        foreach (LoggedCall rename in renames)
        {
            foreach (string path in Unflushed(calls[..rename.Index]).Where(p => IsIn(rename.Path, p)))
                Assert.Fail($"{rename}: {path} is not flushed");
            string folder = Path.GetDirectoryName(rename.To) is { Length: > 0 } parent ? parent : ".";
            Assert.True(calls[rename.Index..].Any(c => c.Kind == CallKinds.Sync && c.Path == folder),
                $"{rename}: {folder} is not flushed after it");
        }

        // A checkpoint, and what the run leaves, never knows more steps than the figures that are on the disk.
        LoggedCall[] saved = [.. renames.Where(
            r => r.To == "adapter" || Path.GetFileName(r.To).StartsWith("step-", StringComparison.Ordinal))];
        Assert.Equal(4, saved.Length);
        foreach (LoggedCall rename in saved)
            Assert.DoesNotContain(Unflushed(calls[..rename.Index]), p => p == "metrics.jsonl" || p.StartsWith(
                "events", StringComparison.Ordinal));
        Assert.All(calls.Where(c => c.Kind == CallKinds.Unlink), c => Assert.Contains(".tmp", c.Path));
    }

    public void Dispose() => _folder.Dispose();

    private static bool IsIn(string folder, string path) =>
        path == folder || path.StartsWith(folder + "/", StringComparison.Ordinal);

    /// <summary>Files that were written since they were flushed, and folders that have got a name since.</summary>
    private static HashSet<string> Unflushed(IEnumerable<LoggedCall> calls)
    {
        var paths = new HashSet<string>();
        foreach (LoggedCall call in calls)
        {
            if (call.Kind == CallKinds.Write)
                paths.Add(call.Path);
            else if (call.Kind == CallKinds.Sync)
                paths.Remove(call.Path);
            else if (call.Kind == CallKinds.Rename)
                paths.Add(Path.GetDirectoryName(call.To) is { Length: > 0 } parent ? parent : ".");
        }

        return paths;
    }
}
