using MolEngine.Server;
using MolEngine.Trainer.Devices;

namespace MolEngine.Trainer.Cli.Runners;

/// <param name="Name">What requests call the model.</param>
/// <param name="Adapters">Folders by the names that requests call them.</param>
/// <param name="Context">Most tokens of a prompt and its answer; null for the model's, up to a usual number.</param>
/// <param name="CacheTokens">Tokens whose keys and values are held; null for a usual number.</param>
/// <param name="Rows">Answers at a time.</param>
internal sealed record ServeOptions(
    string Model, string Name, IReadOnlyList<KeyValuePair<string, string>> Adapters, int? Context, int? CacheTokens,
    int Rows, bool Deterministic, DeviceSettings Device, ServerSettings Server);
