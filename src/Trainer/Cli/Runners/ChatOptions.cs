using MolEngine.Basics.Values;
using MolEngine.Engine.Generation;
using MolEngine.Trainer.Devices;

namespace MolEngine.Trainer.Cli.Runners;

/// <param name="Adapters">PEFT adapters of the model, each of which answers for itself.</param>
/// <param name="Compare">Whether the model without an adapter answers too.</param>
/// <param name="System">What the template is told the assistant is; null for the template's own.</param>
/// <param name="Context">Most tokens of a dialogue.</param>
/// <param name="MaxTokens">Most tokens of an answer.</param>
/// <param name="Sampling">Null decodes greedily.</param>
internal sealed record ChatOptions(
    string Model, IReadOnlyList<string> Adapters, bool Compare, string? System, MapValue ChatVariables, int Context,
    int MaxTokens, SamplingSettings? Sampling, ulong Seed, DeviceSettings Device);
