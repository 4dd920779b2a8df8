using MolEngine.Basics.Values;
using MolEngine.Engine.Adapters;
using MolEngine.Engine.Chat;
using MolEngine.Engine.Files;
using MolEngine.Engine.Models;
using MolEngine.Trainer.Checkpoints;
using MolEngine.Trainer.Devices;

namespace MolEngine.Trainer.Cli.Runners;

/// <summary>What the work of a model depends on besides its options: its files, and how exactly it is computed.</summary>
internal static class ModelWork
{
    /// <param name="adapter">A PEFT adapter's folder, or null.</param>
    public static Dictionary<string, string> Of(string model, string? adapter, DeviceSettings device) => new()
    {
        ["model"] = $"{Digests.OfFile(Path.Combine(model, ModelFiles.ConfigFile))} {Digests.OfWeights(model)}",
        ["tokenizer"] = Digests.OfFile(Path.Combine(model, "tokenizer.json")),
        ["chat template"] = ChatTemplates.FingerprintOf(model),
        ["adapter"] = adapter is null ? "none"
            : $"{Digests.OfFile(Path.Combine(adapter, Inputs.AdapterConfig))} "
                + Digests.OfFile(Path.Combine(adapter, PeftAdapter.TensorsFile)),
        ["precision"] = $"{device.Precision}".ToLowerInvariant(),
    };

    /// <summary>A file by its content.</summary>
    public static string OfFile(string path) => Digests.OfFile(path);

    public static string OfVariables(MapValue variables) => JsonValues.Line(variables);
}
