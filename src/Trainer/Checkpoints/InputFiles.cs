using System.Globalization;
using MolEngine.Engine.Adapters;
using MolEngine.Engine.Chat;
using MolEngine.Engine.Models;

namespace MolEngine.Trainer.Checkpoints;

/// <summary>
/// The files of other folders that a run's result depends on, by kind: digests, but for the few settings of an adapter,
/// which are text. What is not there has the digest of nothing.
/// </summary>
internal static class InputFiles
{
    /// <summary>Kinds that the numbers of a model do not follow from.</summary>
    public const string Tokenizer = "tokenizer", ChatTemplate = "chat_template";

    private const string AdapterSettings = "adapter_settings";

    /// <summary>Kinds as checkpoints have them, and what people call them.</summary>
    private static readonly IReadOnlyList<(string Kind, string Name)> Kinds =
    [
        ("config", "config.json of the base model"),
        ("weights", "the weights of the base model"),
        (Tokenizer, "the base model's tokenizer (tokenizer.json)"),
        (ChatTemplate, "the base model's chat template"),
        (AdapterSettings, "the settings of the adapter of lora.from"),
        ("adapter_weights", "the weights of the adapter of lora.from"),
        ("base", "the weights of what base names"),
    ];

    /// <param name="model">Folder of the base model.</param>
    /// <param name="from">The adapter that the run starts from; null where there is none.</param>
    /// <param name="held">Folder of the adapter or model that it is held to; null where that is the base model.</param>
    public static IReadOnlyDictionary<string, string> Of(string model, PeftAdapter? from, string? held)
    {
        var files = new Dictionary<string, string>
        {
            ["config"] = Digests.OfFile(Path.Combine(model, ModelFiles.ConfigFile)),
            ["weights"] = Digests.OfWeights(model),
            [Tokenizer] = Digests.OfFile(Path.Combine(model, "tokenizer.json")),
            [ChatTemplate] = ChatTemplates.FingerprintOf(model),
        };
        if (from is not null)
        {
            files[AdapterSettings] = Text(from.Config);
            files["adapter_weights"] = Digests.OfFile(Path.Combine(from.Folder, PeftAdapter.TensorsFile));
        }

        if (held is not null)
        {
            files["base"] = PeftAdapter.IsIn(held)
                ? Digests.OfText(
                    Digests.OfFile(Path.Combine(held, PeftAdapter.ConfigFile))
                        + Digests.OfFile(Path.Combine(held, PeftAdapter.TensorsFile)))
                : Digests.OfWeights(held);
        }

        return files;
    }

    /// <summary>What differs among the kinds that were looked at then, in words.</summary>
    public static IEnumerable<string> Differences(
        IReadOnlyDictionary<string, string> saved, IReadOnlyDictionary<string, string> now)
    {
        foreach ((string kind, string name) in Kinds)
        {
            if (!saved.TryGetValue(kind, out string? then) || now.GetValueOrDefault(kind) is var got && got == then)
                continue;
            yield return kind == AdapterSettings ? $"{name} ({then} in the run, {got ?? "absent"} now)" : name;
        }
    }

    private static string Text(LoraConfig lora) => string.Create(
        CultureInfo.InvariantCulture,
        $"rank {lora.Rank}, alpha {lora.Alpha}, use_rslora {(lora.UseRslora ? "true" : "false")}, ")
        + $"target_modules [{string.Join(", ", lora.TargetModules.Order(StringComparer.Ordinal))}]";
}
