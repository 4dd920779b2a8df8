using MolEngine.Trainer.Cli.Verbs;

namespace MolEngine.Trainer.Cli;

/// <summary>The table of verbs, in the order of the manual.</summary>
internal static class VerbTable
{
    public static IReadOnlyList<Verb> All() =>
    [
        new InitVerb(),
        new TrainVerb(),
        new ExperimentVerb(),
        new ScoreVerb(),
        new GenerateVerb(),
        new ChatVerb(),
        new MagpieVerb(),
        new EvalVerb(),
        new CompareVerb(),
        new ServeVerb(),
        new TokenizeVerb(),
        new ExportVerb(),
        new DownloadVerb(),
        new InspectVerb(),
        new PlanVerb(),
        new ReportVerb(),
        new WatchVerb(),
        new SchemaVerb(),
        new KernelsVerb(),
        new SelftestVerb(),
        new BenchVerb(),
        new DoctorVerb(),
        new CompletionVerb(),
    ];
}
