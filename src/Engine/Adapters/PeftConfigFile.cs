using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using MolEngine.Basics;
using MolEngine.Engine.Files;
using MolEngine.Engine.Models.Common;

namespace MolEngine.Engine.Adapters;

/// <summary>
/// PEFT's <c>adapter_config.json</c>: what is read, and what is refused because it would change the mathematics.
/// </summary>
internal sealed class PeftConfigFile
{
    public const string FileName = "adapter_config.json";
    private const string AllLinear = "all-linear";
    private const string Todo = "The engine does not compute this; train or convert the adapter without it.";

    /// <summary>
    /// Keys without effect on a trained adapter, whatever they hold. All other unknown keys must be off.
    /// </summary>
    private static readonly string[] Harmless =
    [
        "auto_mapping", "base_model_name_or_path", "corda_config", "eva_config", "inference_mode", "loftq_config",
        "lora_ga_config", "megatron_core", "peft_version", "qalora_group_size", "revision", "runtime_config",
        "task_type", "init_lora_weights", "ensure_weight_tying",
    ];

    private static readonly string[] Read =
    [
        "bias", "exclude_modules", "layers_pattern", "layers_to_transform", "lora_alpha", "lora_dropout", "peft_type",
        "r", "target_modules", "use_rslora",
    ];

    private readonly Func<string, bool> _targets;
    private readonly Func<string, bool> _excluded;
    private readonly IReadOnlyList<int>? _layers;

    private PeftConfigFile(JsonFields f)
    {
        Path = f.Where;
        CheckKeys(f);
        Rank = f.Integer("r");
        if (Rank < 1)
            throw new ModelFileException($"{Path}: key r: expected 1 or more, got {Rank}. Correct the file.");
        Alpha = f.Number("lora_alpha");
        UseRslora = f.Flag("use_rslora", false);
        Dropout = f.OptionalNumber("lora_dropout") ?? 0;
        if (Dropout is < 0 or >= 1)
            throw new ModelFileException(
                $"{Path}: key lora_dropout: expected 0 or more and below 1, got {Show(Dropout)}. Correct the file.");
        BaseModel = f.Text("base_model_name_or_path");
        _targets = Matcher(f, "target_modules") ?? (_ => true);
        _excluded = Matcher(f, "exclude_modules") ?? (_ => false);
        _layers = f.Has("layers_to_transform") ? f.Integers("layers_to_transform") : null;
        CheckLayersPattern(f);
    }

    public string Path { get; }

    public int Rank { get; }

    public double Alpha { get; }

    public bool UseRslora { get; }

    public double Dropout { get; }

    /// <summary>What the adapter was trained on, as PEFT wrote it.</summary>
    public string? BaseModel { get; }

    public static PeftConfigFile Load(string folder) => new(JsonFields.Load(System.IO.Path.Combine(folder, FileName)));

    /// <summary>The key by which PEFT would not make this module a LoRA layer; null where it would.</summary>
    public string? Excludes(string module)
    {
        if (!_targets(module))
            return "target_modules";
        if (_excluded(module))
            return "exclude_modules";
        return LayerOf(module) is int layer && _layers?.Contains(layer) == false ? "layers_to_transform" : null;
    }

    /// <summary>The layer that a module lies in; null for one outside of all.</summary>
    public static int? LayerOf(string module) => int.TryParse(
        module.Split('.').ElementAtOrDefault(2), NumberStyles.None, CultureInfo.InvariantCulture, out int layer)
        ? layer : null;

    /// <summary>The text that PEFT would write, with the keys that all its versions know.</summary>
    /// <param name="layers">Those that have the targets; null for all.</param>
    public static string Text(
        LoraConfig config, IReadOnlyList<string> targetModules, IReadOnlyList<int>? layers, string baseModel)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(
            buffer,
            new JsonWriterOptions
            {
                Indented = true,
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                NewLine = "\n",
            }))
        {
            json.WriteStartObject();
            WriteEmptyObject(json, "alpha_pattern");
            json.WriteNull("auto_mapping");
            json.WriteString("base_model_name_or_path", baseModel);
            json.WriteString("bias", "none");
            json.WriteBoolean("fan_in_fan_out", false);
            json.WriteBoolean("inference_mode", true);
            json.WriteBoolean("init_lora_weights", true);
            json.WriteNull("layers_pattern");
            WriteLayers(json, layers);
            WriteNumber(json, "lora_alpha", config.Alpha);
            json.WritePropertyName("lora_dropout");
            json.WriteRawValue(config.Dropout == 0 ? "0.0" : Show(config.Dropout));
            json.WriteNull("modules_to_save");
            json.WriteString("peft_type", "LORA");
            json.WriteNumber("r", config.Rank);
            WriteEmptyObject(json, "rank_pattern");
            json.WriteNull("revision");
            json.WriteStartArray("target_modules");
            foreach (string target in targetModules)
                json.WriteStringValue(target);
            json.WriteEndArray();
            json.WriteString("task_type", "CAUSAL_LM");
            json.WriteBoolean("use_dora", false);
            json.WriteBoolean("use_rslora", config.UseRslora);
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    private static void CheckKeys(JsonFields f)
    {
        string? kind = f.Text("peft_type");
        if (kind is null)
            throw new ModelFileException(
                $"{f.Where}: key peft_type is missing: expected \"LORA\". Choose a PEFT adapter.");
        if (!kind.Equals("LORA", StringComparison.OrdinalIgnoreCase))
            throw new ModelFileException($"{f.Where}: key peft_type: expected \"LORA\", got \"{kind}\". {Todo}");
        // use_dora, rank_pattern, alpha_pattern, modules_to_save, lora_bias, fan_in_fan_out, target_parameters,
        // trainable_token_indices, layer_replication and whatever later versions add: all are null, false or empty
        // where they are not used.
        List<string> refused = [];
        foreach ((string key, JsonElement value) in f.All)
        {
            bool bias = key == "bias" && value.ValueKind != JsonValueKind.Null && JsonFields.TextOf(value) != "none";
            bool other = !Read.Contains(key) && !Harmless.Contains(key) && !JsonFields.IsOff(value);
            string neutral = bias ? "\"none\"" : value.ValueKind == JsonValueKind.True ? "false" : "nothing";
            if (bias || other)
                refused.Add($"key {key}: expected {neutral}, got {JsonFields.Show(value)}");
        }

        if (refused.Count > 0)
            throw new ModelFileException($"{f.Where}: {string.Join("; ", refused)}. {Todo}");
        CheckInit(f);
    }

    /// <summary>
    /// PiSSA, OLoRA, CorDA and LoftQ also change the base weights; such an adapter is wrong on the model as published.
    /// </summary>
    private static void CheckInit(JsonFields f)
    {
        if (!f.TryGet("init_lora_weights", out JsonElement? init)
            || init.Value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return;
        if (JsonFields.TextOf(init.Value) is not ("gaussian" or "eva" or "orthogonal"))
        {
            throw f.Wrong(
                "init_lora_weights", "true, false, \"gaussian\", \"eva\" or \"orthogonal\"", init.Value, Todo);
        }
    }

    private static void CheckLayersPattern(JsonFields f)
    {
        if (!f.TryGet("layers_pattern", out JsonElement? pattern) || JsonFields.IsOff(pattern.Value))
            return;
        JsonElement one = pattern.Value.ValueKind == JsonValueKind.Array
            && pattern.Value.GetArrayLength() == 1 ? pattern.Value[0] : pattern.Value;
        if (JsonFields.TextOf(one) != "layers")
            throw f.Wrong("layers_pattern", "null or \"layers\"", pattern.Value, Todo);
    }

    /// <summary>
    /// PEFT's rules: a list of last parts of names, a regular expression over the whole name, or "all-linear".
    /// </summary>
    private static Func<string, bool>? Matcher(JsonFields f, string key)
    {
        if (!f.TryGet(key, out JsonElement? value))
            return null;
        if (value.Value.ValueKind == JsonValueKind.Array)
        {
            IReadOnlyList<string> names = f.Texts(key)!;
            return module => names.Any(n => module == n || module.EndsWith("." + n, StringComparison.Ordinal));
        }

        string pattern = f.Text(key)!;
        if (pattern.Equals(AllLinear, StringComparison.OrdinalIgnoreCase))
            return module => ModuleNames.Linears.Any(p => module.EndsWith("." + p, StringComparison.Ordinal));
        try
        {
            var regex = new Regex($"^(?:{pattern})\\z", RegexOptions.CultureInvariant, Limits.Pattern);
            return module => Matches(f, key, regex, module);
        }
        catch (ArgumentException e)
        {
            throw new ModelFileException(
                $"{f.Where}: key {key}: expected a list of names or a regular expression, got \"{pattern}\" "
                + $"({e.Message}). Correct the file.", e);
        }
    }

    private static bool Matches(JsonFields f, string key, Regex regex, string module)
    {
        try
        {
            return regex.IsMatch(module);
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new ModelFileException(
                $"{f.Where}: key {key}: expected a quick regular expression, got one that takes over "
                + $"{Limits.Pattern.TotalSeconds} s. Simplify it.", e);
        }
    }

    private static void WriteLayers(Utf8JsonWriter json, IReadOnlyList<int>? layers)
    {
        json.WritePropertyName("layers_to_transform");
        if (layers is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartArray();
        foreach (int layer in layers)
            json.WriteNumberValue(layer);
        json.WriteEndArray();
    }

    private static void WriteEmptyObject(Utf8JsonWriter json, string key)
    {
        json.WriteStartObject(key);
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string key, double value)
    {
        if (value == Math.Floor(value) && Math.Abs(value) < 1e15)
            json.WriteNumber(key, (long)value);
        else
            json.WriteNumber(key, value);
    }

    private static string Show(double value) => value.ToString("R");
}
