using MolEngine.Trainer.Devices;

namespace MolEngine.Trainer.Cli.Runners;

/// <param name="Base">Model that KL is measured to; null leaves the choice to the runner: with an adapter, the model
/// without it.</param>
internal sealed record ScoreOptions(
    string Model, string? Adapter, string? Base, string Input, DeviceSettings Device, bool Json);
