using System.Text.Json;

namespace MolEngine.Oracle;

/// <summary>What the oracle must know of a model. Names as in Hugging Face's config.json.</summary>
public sealed record OracleConfig(
    int VocabSize, int HiddenSize, int IntermediateSize, int NumHiddenLayers, int NumAttentionHeads,
    int NumKeyValueHeads, int HeadDim, double RmsNormEps, double RopeTheta, bool TieWordEmbeddings,
    RopeScaling? RopeScaling = null, IReadOnlyList<int>? NoRopeLayers = null)
{
    /// <summary>Reads config.json in both dialects (rope_theta + rope_scaling, or rope_parameters).</summary>
    public static OracleConfig Parse(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement c = document.RootElement;
        int hidden = c.GetProperty("hidden_size").GetInt32(), heads = c.GetProperty("num_attention_heads").GetInt32();
        JsonElement? rope = Find(c, "rope_parameters") ?? Find(c, "rope_scaling");
        double theta = (rope is { } r ? Number(r, "rope_theta") : null) ?? Number(c, "rope_theta") ?? 10000;
        return new OracleConfig(
            c.GetProperty("vocab_size").GetInt32(), hidden, c.GetProperty("intermediate_size").GetInt32(),
            c.GetProperty("num_hidden_layers").GetInt32(), heads, (int)(Number(c, "num_key_value_heads") ?? heads),
            (int)(Number(c, "head_dim") ?? hidden / heads), Number(c, "rms_norm_eps") ?? 1e-6, theta,
            Find(c, "tie_word_embeddings")?.GetBoolean() ?? false, rope is { } s ? RopeScaling.Parse(s) : null,
            NoRope(c));
    }

    /// <summary>Layers that no_rope_layers gives a 0.</summary>
    private static int[] NoRope(JsonElement c) => Find(c, "no_rope_layers") is { } list
        ? [.. list.EnumerateArray().Index().Where(l => l.Item.GetInt32() == 0).Select(l => l.Index)]
        : [];

    internal static JsonElement? Find(JsonElement e, string name) =>
        e.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    internal static double? Number(JsonElement e, string name) => Find(e, name)?.GetDouble();
}

/// <summary>
/// A change of the rotary frequencies. Type is default, linear, llama3 or yarn; what a type does not use is ignored.
/// </summary>
public sealed record RopeScaling(
    string Type, double Factor = 1, double OriginalMaxPositionEmbeddings = 0, double LowFreqFactor = 1,
    double HighFreqFactor = 4, double BetaFast = 32, double BetaSlow = 1, double? AttentionFactor = null)
{
    internal static RopeScaling Parse(JsonElement e)
    {
        string type = (OracleConfig.Find(e, "rope_type") ?? OracleConfig.Find(e, "type"))?.GetString() ?? "default";
        double Or(string name, double otherwise) => OracleConfig.Number(e, name) ?? otherwise;
        return new RopeScaling(
            type, Or("factor", 1), Or("original_max_position_embeddings", 0), Or("low_freq_factor", 1),
            Or("high_freq_factor", 4), Or("beta_fast", 32), Or("beta_slow", 1),
            OracleConfig.Number(e, "attention_factor"));
    }
}
