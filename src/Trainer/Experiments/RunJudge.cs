using MolEngine.Basics.Files;
using MolEngine.Trainer.Devices;

namespace MolEngine.Trainer.Experiments;

/// <summary>Compares the runs of an experiment with their base, each as <c>molengine compare</c> does.</summary>
internal sealed class RunJudge(ExperimentPlan plan)
{
    /// <summary>Figures of a run beside its base.</summary>
    public string JsonOf(ExperimentRun run) => FileOf(run, "json");

    /// <summary>
    /// Whether a run has been judged as the spec now says: another task or text, and it is judged again.
    /// </summary>
    public bool IsJudged(ExperimentRun run) => File.Exists(JsonOf(run)) && File.Exists(Asked(run))
        && File.ReadAllText(Asked(run)) == Question(run);

    /// <returns>Exit code of the comparison, and what it said of its failure.</returns>
    public (int ExitCode, string Failure) Judge(ExperimentRun run, string log, CancellationToken cancel)
    {
        Directory.CreateDirectory(plan.Judgements);
        File.Delete(Asked(run));
        (int code, string failure) = ChildProcess.Run(Arguments(run), log, _ => { }, endsByInput: false, cancel);
        if (code == ExitCode.Done)
            DurableFiles.WriteText(Asked(run), Question(run));
        return (code, failure);
    }

    private string FileOf(ExperimentRun run, string extension) =>
        Path.Combine(plan.Judgements, $"{run.Name}.{extension}");

    private string Asked(ExperimentRun run) => FileOf(run, "asked");

    private string Question(ExperimentRun run) => string.Join('\n', Arguments(run)) + "\n";

    private IReadOnlyList<string> Arguments(ExperimentRun run)
    {
        JudgeSettings judge = plan.Spec.Judge;
        return
        [
            "compare", run.Config.Model, $"{run.Name}={run.Folder}", "--device", $"{run.Config.Device.Device}",
            .. Precision(run.Config.Device.Precision),
            "--out", plan.Judgements, "--html", FileOf(run, "html"), "--json", JsonOf(run),
            .. judge.Tasks.Count > 0 ? ["--tasks", string.Join(',', judge.Tasks)] : Array.Empty<string>(),
            .. judge.Data.SelectMany(d => (string[])["--data", d]),
            .. judge.Texts.SelectMany(t => (string[])["--texts", $"{t.Name}={t.Path}"]),
            .. judge.Domain.Count > 0 ? ["--domain", string.Join(',', judge.Domain)] : Array.Empty<string>(),
            .. judge.HeldOut ? ["--held-out"] : Array.Empty<string>(),
            .. judge.Limit is { } limit ? ["--limit", $"{limit}"] : Array.Empty<string>(),
            .. judge.AllowsCode ? ["--allow-code-execution"] : Array.Empty<string>(),
        ];
    }

    private static string[] Precision(PrecisionKind kind) =>
        kind == PrecisionKind.Auto ? [] : ["--precision", kind.ToString().ToLowerInvariant()];
}
