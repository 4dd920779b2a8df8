using MolEngine.Basics.Values;
using MolEngine.Engine.Adapters;
using MolEngine.Engine.Chat;
using MolEngine.Engine.Files;
using MolEngine.Engine.Models;
using MolEngine.Trainer.Checkpoints;
using MolEngine.Trainer.Devices;

namespace MolEngine.Trainer.Cli.Runners;

/// <summary>
/// What the work of a model depends on besides its options: its files, and how exactly it is computed.
/// </summary>
internal static class ModelWork
{
    /// <param name="adapter">A PEFT adapter's folder, or null.</param>
    public static Dictionary<string, string> Of(string model, string? adapter, DeviceSettings device) => new()
    {
        ["model"] = $"{OfFile(Path.Combine(model, ModelFiles.ConfigFile))} {Short(Digests.OfWeights(model))}",
        ["tokenizer"] = OfFile(Path.Combine(model, "tokenizer.json")),
        ["chat template"] = Short(ChatTemplates.FingerprintOf(model)),
        ["adapter"] = adapter is null ? "none"
            : $"{OfFile(Path.Combine(adapter, Inputs.AdapterConfig))} "
                + OfFile(Path.Combine(adapter, PeftAdapter.TensorsFile)),
        ["precision"] = $"{device.Precision}".ToLowerInvariant(),
    };

    /// <summary>A file by its content.</summary>
    public static string OfFile(string path) => Short(Digests.OfFile(path));

    public static string OfVariables(MapValue variables) => JsonValues.Line(variables);

    /// <summary>Enough of a digest to tell two files apart, and to be read.</summary>
    private static string Short(string digest) => digest[..12].ToLowerInvariant();
}
