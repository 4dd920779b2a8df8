namespace MolEngine.Trainer.Cli.Runners;

internal sealed record TokenizeOptions(string Model, string Input, bool Json);
