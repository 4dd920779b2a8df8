using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Cli.Runners;

/// <param name="Title">What is looked at, for people.</param>
/// <param name="IsWholeRun">Whether the config is a run's, and not one made for a corpus alone.</param>
/// <param name="ShowRows">Rows of each corpus to show.</param>
/// <param name="Html">File of the page; null for none.</param>
internal sealed record InspectDataOptions(
    RunConfig Run, string Title, bool IsWholeRun, int ShowRows, string? Html, bool Json);
