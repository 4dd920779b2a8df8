using MolEngine.Data.Synthesis;
using MolEngine.Trainer.Devices;

namespace MolEngine.Trainer.Cli.Runners;

/// <param name="Model">A model folder.</param>
/// <param name="Adapter">A PEFT adapter on top of it, or null.</param>
/// <param name="Output">The corpus to write; it is absent.</param>
/// <param name="Rows">Records made at a time.</param>
internal sealed record MagpieOptions(
    string Model, string? Adapter, string Output, MagpieSettings Settings, int Rows, DeviceSettings Device);
