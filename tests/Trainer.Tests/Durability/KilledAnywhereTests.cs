using System.Globalization;
using MolEngine.FaultHost;

namespace MolEngine.Trainer.Tests.Durability;

/// <summary>
/// A run can be gone on with, and ends with the same bits, wherever it is killed. The folder is copied before every
/// call that changes it, and amid every write: that is what a kill there leaves behind. Some calls kill in earnest.
/// MOLENGINE_FAULTS=all tries every call.
/// </summary>
public sealed class KilledAnywhereTests : IDisposable
{
    private const CallKinds Names = CallKinds.Rename | CallKinds.Unlink | CallKinds.Mkdir | CallKinds.Rmdir;

    private readonly TempFolder _folder = new();

    private string Whole => Path.Combine(_folder.Root, "whole");

    private string Run => Path.Combine(_folder.Root, "run");

    [Fact]
    public void A_run_that_is_killed_at_any_call_ends_with_the_same_bits()
    {
        using var disk = new FaultyDisk();
        LoggedCall[] calls = Copies(disk, ShortRun.Start(Run));
        Directory.Move(Run, Whole);
        GoOnFromAll(calls, Sample.Of(0.12, always: Names));

        // Both checkpoints that are pruned go by one rename.
        LoggedCall[] renames = [.. calls.Where(c => c.Kind == CallKinds.Rename)];
        Assert.Equal(["checkpoints/step-00000001", "checkpoints/step-00000002"], renames.Select(c => c.Path).Where(
            p => !p.Contains(".tmp")));
        Assert.Equal(["adapter", "report.html", "run.json"], renames[^3..].Select(c => c.To));
    }

    /// <summary>
    /// From a kill amid the removal of a checkpoint, and from one between the adapter and the report.
    /// </summary>
    [Theory]
    [InlineData(CallKinds.Unlink, "checkpoints/.step-00000001.", "")]
    [InlineData(CallKinds.Rename, ".report.html.", "report.html")]
    public void A_resumed_run_that_is_killed_at_any_call_ends_with_the_same_bits(CallKinds kind, string path, string to)
    {
        using var disk = new FaultyDisk();
        LoggedCall[] calls = Logged(disk, FaultMode.Count, ShortRun.Start(Run));
        Directory.Move(Run, Whole);
        LoggedCall call = calls.First(
            c => c.Kind == kind && c.Path.StartsWith(path, StringComparison.Ordinal) && c.To == to);
        Assert.Null(disk.Run(new Fault(Run, FaultMode.Kill, call.Index, call.Index), ShortRun.Start(Run)));
        GoOnFromAll(Copies(disk, ShortRun.Resume(Run)), Sample.Of(0.08));
    }

    /// <summary>
    /// A run that is ruined after its second step, stops early, and saves what it had: the checkpoint of the best
    /// validation is there whenever it is asked for.
    /// </summary>
    [Fact]
    public void A_run_that_saves_its_best_state_is_the_same_wherever_it_is_killed()
    {
        string[] settings =
        [
            "steps=9", "method=full", "validate={every: 1, documents: 1, metric: domain_ce}", "stop_early=2",
            "checkpoint={every: 3, keep: last 1, export: best}",
            "optimizer={learning_rate: 1, schedule: constant, warmup_steps: 8}",
        ];
        using var disk = new FaultyDisk();
        LoggedCall[] calls = Copies(disk, ShortRun.Start(Run, settings));
        Directory.Move(Run, Whole);
        string facts = File.ReadAllText(Path.Combine(Whole, "run.json"));
        Assert.Matches("\"stopped_early\": \"after step [3-8] ", facts);
        GoOnFromAll(calls, Sample.Of(0.012), settings);
    }

    [Fact]
    public void A_process_that_dies_leaves_what_the_copies_say()
    {
        using var disk = new FaultyDisk();
        LoggedCall[] calls = Logged(disk, FaultMode.Count, ShortRun.Start(Run));
        Directory.Move(Run, Whole);
        var lost = new List<string>();
        LoggedCall[] tried = [.. calls.Where(Sample.Of(0.03))];
        foreach (LoggedCall call in tried)
        {
            FaultMode[] modes = call.Kind != CallKinds.Write ? [FaultMode.Kill] : Sample.IsAll
                ? [FaultMode.Kill, FaultMode.Tear] : [FaultMode.Tear];
            foreach (FaultMode mode in modes)
            {
                Assert.Null(disk.Run(new Fault(Run, mode, call.Index, call.Index), ShortRun.Start(Run)));
                if (ShortRun.GoOn(Whole, Run) is { } wrong)
                    lost.Add($"{call}, {mode}: {wrong}");
                if (Directory.Exists(Run))
                    Directory.Delete(Run, recursive: true);
            }
        }

        Assert.True(lost.Count == 0, $"{lost.Count} of {tried.Length} lost:\n{string.Join('\n', lost)}");
    }

    public void Dispose() => _folder.Dispose();

    private LoggedCall[] Logged(FaultyDisk disk, FaultMode mode, string[] arguments)
    {
        string log = Path.Combine(_folder.Root, "calls");
        File.Delete(log);
        Answer answer = disk.Run(new Fault(Run, mode, Log: log, Copies: Path.Combine(_folder.Root, "copies")),
            arguments)!;
        Assert.True(answer.Code == 0, answer.Error);
        LoggedCall[] calls = LoggedCall.Read(log, Run);
        Assert.Equal(answer.Calls, calls.Length);
        return calls;
    }

    /// <summary>Runs, keeping what a kill at each call would leave.</summary>
    private LoggedCall[] Copies(FaultyDisk disk, string[] arguments)
    {
        string copies = _folder.Folder("copies");
        LoggedCall[] calls = Logged(disk, FaultMode.Copy, arguments);
        Assert.Equal(
            calls.Length + calls.Count(c => c.Kind == CallKinds.Write), Directory.GetDirectories(copies).Length);
        return calls;
    }

    private void GoOnFromAll(LoggedCall[] calls, Func<LoggedCall, bool> isTried, params string[] settings)
    {
        var lost = new List<string>();
        int tried = 0;
        foreach (string copy in Directory.GetDirectories(Path.Combine(_folder.Root, "copies")).Order(
            StringComparer.Ordinal))
        {
            string name = Path.GetFileName(copy);
            LoggedCall call = calls[int.Parse(name.Split('-')[0], CultureInfo.InvariantCulture)];
            if (!isTried(call))
                continue;
            tried++;
            if (ShortRun.GoOn(Whole, copy, settings) is { } wrong)
                lost.Add($"{call}{(name.EndsWith("-torn", StringComparison.Ordinal) ? ", half of it" : "")}: {wrong}");
            Directory.Delete(copy, recursive: true);
        }

        Assert.True(tried > 0 && lost.Count == 0, $"{lost.Count} of {tried} lost:\n{string.Join('\n', lost)}");
        if (Sample.IsAll)
            Console.WriteLine($"{calls.Length} calls, {tried} states gone on from, none lost");
    }
}
