using MolEngine.Basics.Values;
using MolEngine.Engine.Generation;
using MolEngine.Trainer.Devices;

namespace MolEngine.Trainer.Cli.Runners;

/// <param name="Prompt">Text to continue; special tokens in it are recognised. Of this, <paramref name="Chat"/> and
/// <paramref name="Input"/> one is given.</param>
/// <param name="Chat">A user's message, put into the model's chat template.</param>
/// <param name="System">What the template is told the assistant is; null for the template's own.</param>
/// <param name="ChatVariables">Further variables of the template, with <paramref name="Chat"/>.</param>
/// <param name="Input">JSONL of texts to continue, <paramref name="Count"/> times each, into the corpus
/// <paramref name="Output"/>.</param>
/// <param name="Sampling">Null decodes greedily.</param>
internal sealed record GenerateOptions(
    string Model, string? Adapter, string? Prompt, string? Chat, string? System, MapValue ChatVariables, string? Input,
    string? Output, int Count, int MaxTokens, SamplingSettings? Sampling, ulong Seed, bool Deterministic,
    DeviceSettings Device, bool Json);
