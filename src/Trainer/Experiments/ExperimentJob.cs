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
    private readonly bool _showsSteps;
    private readonly List<(string Run, string Why)> _failures = [];
    private readonly List<TimeSpan> _trained = [];
    private readonly List<TimeSpan> _judged = [];

    private ExperimentJob(ExperimentPlan plan, IRunDisplay display, bool showsSteps, CancellationToken cancel)
    {
        (_plan, _judge, _display) = (plan, new RunJudge(plan), display);
        (_showsSteps, _cancel) = (showsSteps, cancel);
    }

    /// <param name="showsSteps">Whether a run's steps are shown while it trains, as a terminal does in place.</param>
    /// <param name="finished">Told of the failures so far whenever a run is at its end.</param>
    /// <returns>Runs that failed, with the reasons; empty where all is done.</returns>
    /// <exception cref="OperationCanceledException">
    /// Interrupted: the run that was at work has saved its last finished step.
    /// </exception>
    public static IReadOnlyList<(string Run, string Why)> Execute(
        ExperimentPlan plan, IRunDisplay display, bool showsSteps,
        Action<IReadOnlyList<(string Run, string Why)>> finished, CancellationToken cancel)
    {
        var job = new ExperimentJob(plan, display, showsSteps, cancel);
        foreach ((int i, ExperimentRun run) in plan.Runs.Index())
        {
            if (job.Take(i, run))
                finished(job._failures);
        }

        return job._failures;
    }

    /// <returns>Whether there was anything to do.</returns>
    private bool Take(int place, ExperimentRun run)
    {
        _cancel.ThrowIfCancellationRequested();
        string count = $"{place + 1}".PadLeft($"{_plan.Runs.Count}".Length);
        string head = $"[{count}/{_plan.Runs.Count}] {run.Title}";
        RunState state = ExperimentPlan.StateOf(run);
        if (!IsOpen(run))
        {
            _display.Note($"{head}: done before");
            return false;
        }

        string? failure = state == RunState.Done ? null : Timed(_trained, () => Train(run, state, head));
        bool isTrained = failure is null;
        if (isTrained && !_plan.Spec.Judge.IsEmpty)
            failure = Timed(_judged, () => Judged(run, head));
        _cancel.ThrowIfCancellationRequested();
        _display.Doing(null);
        if (failure is not null)
        {
            _failures.Add((run.Title, failure));
            string what = isTrained ? "judging it failed" : "failed";
            _display.Note($"{head}: {what}: {failure} (log: {ShownPath.Of(Log(run))})");
            return true;
        }

        string did = state switch
        {
            RunState.Done => "judged",
            RunState.Begun => "went on, done",
            _ => "done",
        };
        string[] told = [.. new[] { did, Outcome(run), Left(place) }.OfType<string>()];
        _display.Note($"{head}: {string.Join("; ", told)}");
        return true;
    }

    private static string? Timed(List<TimeSpan> times, Func<string?> work)
    {
        long start = Stopwatch.GetTimestamp();
        string? failure = work();
        if (failure is null)
            times.Add(Stopwatch.GetElapsedTime(start));
        return failure;
    }

    /// <summary>
    /// "12 min 10 s left", by the means so far; null where nothing is left, or no run has trained yet.
    /// </summary>
    private string? Left(int place)
    {
        ExperimentRun[] open = [.. _plan.Runs.Skip(place + 1).Where(IsOpen)];
        int untrained = open.Count(r => ExperimentPlan.StateOf(r) != RunState.Done);
        if (open.Length == 0 || (untrained > 0 && _trained.Count == 0))
            return null;
        double seconds = (untrained > 0 ? untrained * _trained.Average(t => t.TotalSeconds) : 0)
            + (_judged.Count > 0 ? open.Length * _judged.Average(t => t.TotalSeconds) : 0);
        return $"{Numbers.Duration(TimeSpan.FromSeconds(seconds))} left";
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
        if (_showsSteps && step.Success && long.TryParse(step.Groups[1].Value, out long done)
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
