using System.Text.Json;
using MolEngine.Support;

namespace MolEngine.Oracle.Tests;

/// <summary>A folder under reference/cases: its model, its adapter, its files.</summary>
internal sealed class ReferenceCase
{
    private readonly string _folder;

    public ReferenceCase(string name)
    {
        Assert.SkipWhen(name == Shared.None, $"no reference case found under {Shared.Reference}");
        _folder = Shared.ReferencePath("cases", name);
        Config = OracleConfig.Parse(File.ReadAllText(Path.Combine(_folder, "config.json")));
        foreach (string file in Directory.GetFiles(_folder, "model*.safetensors"))
        {
            foreach ((string tensor, double[] values) in Take(new ReferenceTensors(file), ""))
                Weights[tensor] = values;
        }
    }

    public OracleConfig Config { get; }

    public Dictionary<string, double[]> Weights { get; } = [];

    public OracleModel Model => new(Config, Weights);

    public ReferenceTensors Tensors(string file) => new(Path.Combine(_folder, file + ".safetensors"));

    public JsonElement Facts(string file) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder, file + ".json"))).RootElement;

    /// <summary>The adapter beside the model, or the tensors of another file with that adapter's scale.</summary>
    public OracleLora Lora(string? file = null)
    {
        JsonElement config = Facts(Path.Combine("adapter", "adapter_config"));
        double scale = config.GetProperty("lora_alpha").GetDouble() / config.GetProperty("r").GetDouble();
        return new OracleLora(scale, Take(Tensors(file ?? Path.Combine("adapter", "adapter_model")), ""));
    }

    /// <summary>The tensors whose names begin with a prefix, without it.</summary>
    public static Dictionary<string, double[]> Take(ReferenceTensors tensors, string prefix) =>
        tensors.Names.Where(n => n.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(n => n[prefix.Length..], n => tensors[n]);

    public static OracleBatch Batch(ReferenceTensors t)
    {
        int[]? Optional(string name) => t.Has(name) ? t.Ints(name) : null;
        return OracleBatch.FromFlat(
            t.Shape("input_ids")[0], t.Ints("input_ids"), Optional("document_ids"), Optional("position_ids"));
    }
}
