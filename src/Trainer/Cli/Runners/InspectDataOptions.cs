using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Cli.Runners;

/// <param name="ShowRows">Rows of each corpus to show.</param>
internal sealed record InspectDataOptions(RunConfig Run, bool IsWholeRun, int ShowRows);
