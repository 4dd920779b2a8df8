using MolEngine.FaultHost;

namespace MolEngine.Trainer.Tests.Durability;

/// <summary>
/// A disk that fails at a call of a verb that leaves files: an error that says so, nothing half-written under a final
/// name, no temporary file, and the same command gives what it gives else (in a new place, where a folder may be whole
/// under its name and its last flush has failed).
/// </summary>
public sealed class FailingVerbsTests : IDisposable
{
    private const int Eio = 5, Enospc = 28;

    private readonly TinyRun _run = new();
    private readonly FaultyDisk _disk = new();

    private string Out => _run.At("results");

    [Theory]
    [InlineData("export", "@run", "--merge", "--to", "@results/merged")]
    [InlineData("report", "@run")]
    [InlineData("eval", "@model", "--tasks", "@task.yaml", "--data", "@data", "--output", "@results/answers")]
    public void A_call_that_fails_leaves_nothing_half_written(params string[] command)
    {
        Prepare();
        string[] arguments = [.. command.Select(a => a.StartsWith('@') ? _run.At(a[1..]) : a)];
        string folder = command[0] == "report" ? _run.At("run") : Out;
        string log = _run.At("calls");
        Answer whole = _disk.Run(new Fault(folder, Log: log), arguments)!;
        Assert.True(whole.Code == 0, whole.Error);
        Dictionary<string, byte[]> good = Files(folder);
        Func<LoggedCall, bool> isTried = Sample.Of(0.08, CallKinds.Rename);
        LoggedCall[] calls = [.. LoggedCall.Read(log, folder).Where(isTried)];
        Assert.NotEmpty(calls);
        foreach (LoggedCall call in calls)
        {
            int error = call.Kind is CallKinds.Create or CallKinds.Write or CallKinds.Mkdir ? Enospc : Eio;
            Clear(command[0]);
            Answer answer = _disk.Run(
                new Fault(folder, FaultMode.Fail, call.Index, call.Index, error), arguments)!;
            string what = $"{call}: exit {answer.Code}: {answer.Error}";
            Assert.False(answer.Error.Contains("unexpected error", StringComparison.Ordinal), what);
            Assert.True(answer.Code is 0 or 1 or 2, what);
            Assert.True(answer.Code == 0 || answer.Error.Contains("got \""), what);
            if (call.Kind is not (CallKinds.Unlink or CallKinds.Rmdir))
                Assert.DoesNotContain(Files(folder).Keys, f => f.EndsWith(".tmp", StringComparison.Ordinal));
            if (call.Kind == CallKinds.Sync && Directory.Exists(Out))
                Clear(command[0]);
            if (answer.Code != 0)
                answer = _disk.Run(new Fault(folder), arguments)!;
            Assert.True(answer.Code == 0, $"{what}; again: {answer.Error}");
            Dictionary<string, byte[]> got = Files(folder);
            foreach ((string file, byte[] bytes) in good)
            {
                bool isSame = got.TryGetValue(file, out byte[]? now) && bytes.AsSpan().SequenceEqual(now);
                Assert.True(isSame, $"{what}: {file}");
            }
        }
    }

    public void Dispose()
    {
        _disk.Dispose();
        _run.Dispose();
    }

    private void Prepare()
    {
        _run.Write("task.yaml", """
            task: bees
            version: "2"
            kind: multiple_choice
            data: [{test: "**/items.jsonl", options: options, right: right}]
            prompt: "{{question}}"
            """);
        Directory.CreateDirectory(_run.At("data"));
        _run.Write("data/items.jsonl", """{"question": "Where?", "options": ["here", "there"], "right": 1}""");
        Directory.CreateDirectory(Out);
        _run.Train("run", "steps=1", "global_batch=1", "micro_batch=1", "lora.rank=1", "samples=0", "validate.every=0");
    }

    /// <summary>As before the command; a run keeps its own files.</summary>
    private void Clear(string verb)
    {
        if (verb == "report")
        {
            File.Delete(_run.At("run/report.html"));
            return;
        }

        Directory.Delete(Out, recursive: true);
        Directory.CreateDirectory(Out);
    }

    private static Dictionary<string, byte[]> Files(string folder) =>
        Directory.GetFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(f => f, File.ReadAllBytes);
}
