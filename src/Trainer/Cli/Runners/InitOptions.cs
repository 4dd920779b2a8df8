namespace MolEngine.Trainer.Cli.Runners;

/// <param name="Given">The model as it was named.</param>
/// <param name="Model">Its folder.</param>
/// <param name="Output">The config to write.</param>
/// <param name="Force">Whether a file of that name is written over.</param>
internal sealed record InitOptions(
    string Given, string Model, IReadOnlyList<string> Corpora, string Output, bool Force);
