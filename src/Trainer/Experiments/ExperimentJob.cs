using System.Diagnostics;
using System.Text.RegularExpressions;
using MolEngine.Basics.Files;
using MolEngine.Basics.Text;
using MolEngine.Runs.Experiments;
using MolEngine.Trainer.Display;

namespace MolEngine.Trainer.Experiments;

/// <summary>
/// Trains and judges the runs of an experiment one after the other, each in a process of its own. What is done already
/// is left alone, what was begun goes on, and what fails is told and passed over.
/// </summary>
internal sealed partial class ExperimentJob
{
    private readonly ExperimentPlan _plan;
    private readonly RunJudge _judge;
    private readonly IRunDisplay _display;
    private readonly CancellationToken _cancel;
    private readonly List<(string Run, string Why)> _failures = [];
    private readonly Stopwatch _spent = new();
    private int _worked;

    private ExperimentJob(ExperimentPlan plan, IRunDisplay display, CancellationToken cancel) =>
        (_plan, _judge, _display, _cancel) = (plan, new RunJudge(plan), display, cancel);

    /// <returns>Runs that failed, with the reasons; empty where all is done.</returns>
    /// <exception cref="OperationCanceledException">
    /// Interrupted: the run that was at work has saved its last finished step.
    /// </exception>
    public static IReadOnlyList<(string Run, string Why)> Execute(
        ExperimentPlan plan, IRunDisplay display, CancellationToken cancel)
    {
        var job = new ExperimentJob(plan, display, cancel);
        foreach ((int i, ExperimentRun run) in plan.Runs.Index())
            job.Take(i, run);
        return job._failures;
    }

    private void Take(int place, ExperimentRun run)
    {
        _cancel.ThrowIfCancellationRequested();
        string count = $"{place + 1}".PadLeft($"{_plan.Runs.Count}".Length);
        string head = $"[{count}/{_plan.Runs.Count}] {run.Title}";
        RunState state = ExperimentPlan.StateOf(run);
        bool isJudged = _plan.Spec.Judge.IsEmpty || _judge.IsJudged(run);
        if (state == RunState.Done && isJudged)
        {
            _display.Note($"{head}: done before");
            return;
        }

        _spent.Start();
        string? failure = state == RunState.Done ? null : Train(run, state, head);
        bool isTrained = failure is null;
        if (isTrained && !_plan.Spec.Judge.IsEmpty)
            failure = Judged(run, head);
        _spent.Stop();
        _cancel.ThrowIfCancellationRequested();
        _display.Doing(null);
        _worked++;
        if (failure is not null)
        {
            _failures.Add((run.Title, failure));
            _display.Note($"{head}: {(isTrained ? "judging it failed" : "failed")}: {failure} (log: {ShownPath.Of(Log(run))})");
            return;
        }

        string did = state switch
        {
            RunState.Done => "judged",
            RunState.Begun => "went on, done",
            _ => "done",
        };
        TimeSpan left = _spent.Elapsed / _worked * _plan.Runs.Skip(place + 1).Count(IsOpen);
        string outcome = Outcome(run) is { } told ? $"; {told}" : "";
        _display.Note($"{head}: {did}{outcome}{(left > TimeSpan.Zero ? $"; {Numbers.Duration(left)} left" : "")}");
    }

    private bool IsOpen(ExperimentRun run) => ExperimentPlan.StateOf(run) != RunState.Done
        || !(_plan.Spec.Judge.IsEmpty || _judge.IsJudged(run));

    /// <summary>Null where the run is done; else why not.</summary>
    private string? Train(ExperimentRun run, RunState state, string head)
    {
        _display.Doing(head);
        string[] arguments = state == RunState.Begun ? ["train", "--resume", run.Folder] : ["train", Config(run)];
        (int code, string failure) = ChildProcess.Run(
            [.. arguments, "--until-input-ends"], Log(run), line => Follow(head, line), endsByInput: true, _cancel);
        return code == ExitCode.Done ? null : failure;
    }

    private void Follow(string head, string line)
    {
        Match step = StepLine().Match(line);
        if (step.Success && long.TryParse(step.Groups[1].Value, out long done)
            && long.TryParse(step.Groups[2].Value, out long all))
            _display.Doing(head, new Share(done, all, "step"));
    }

    private string? Judged(ExperimentRun run, string head)
    {
        _display.Doing($"{head}: comparing it with its base");
        (int code, string failure) = _judge.Judge(run, Log(run), _cancel);
        return code == ExitCode.Done ? null : failure;
    }

    /// <summary>The whole config of a run, beside its folder.</summary>
    private static string Config(ExperimentRun run)
    {
        string path = run.Folder + ".yaml";
        DurableFiles.Guarded(path, () => DurableFile.MakeFolder(Path.GetDirectoryName(path)!));
        DurableFiles.WriteText(path, run.Config.Resolved);
        return path;
    }

    private static string Log(ExperimentRun run) => run.Folder + ".log";

    /// <summary>What a run did, in a few figures; null where it was not judged.</summary>
    private string? Outcome(ExperimentRun run)
    {
        if (_plan.Spec.Judge.IsEmpty)
            return null;
        JudgedRun judged = JudgedRun.Read(_judge.JsonOf(run));
        IEnumerable<string> texts = judged.Texts.Take(2).Select(
            t => $"{t.Name} {(t.IsDomain ? $"ce {t.CeAfter:F3}" : $"kl {Numbers.FixedKl(t.ReverseKl)}")}");
        IEnumerable<string> tasks = judged.Tasks.Take(2).Select(t => $"{t.Name} {t.After:F3}");
        return string.Join(", ", [.. texts, .. tasks]);
    }

    [GeneratedRegex(@"^step +([0-9]+)/([0-9]+)  ")]
    private static partial Regex StepLine();
}
