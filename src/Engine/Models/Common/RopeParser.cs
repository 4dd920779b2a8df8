using System.Text.Json;
using MolEngine.Engine.Files;

namespace MolEngine.Engine.Models.Common;

/// <summary>
/// Rotary settings in both dialects: <c>rope_theta</c> with <c>rope_scaling</c>, and transformers 5's
/// <c>rope_parameters</c>. Defaults are those of transformers' <c>modeling_rope_utils</c>.
/// </summary>
internal static class RopeParser
{
    private const string Types = "default, linear, llama3 or yarn";
    private static readonly string[] Common = ["type", "rope_type", "rope_theta", "partial_rotary_factor"];

    /// <param name="defaultTheta">rope_theta where there is none.</param>
    /// <param name="notes">Told of keys that transformers warns of and does not read.</param>
    public static RopeParameters Parse(
        JsonFields config, int maxPositions, double defaultTheta, List<string> notes)
    {
        RopeParameters? older = Parse(config, "rope_scaling", maxPositions, defaultTheta, notes);
        RopeParameters? newer = Parse(config, "rope_parameters", maxPositions, defaultTheta, notes);
        if (older is not null && newer is not null && older != newer)
        {
            throw new ModelFileException(
                $"{config.Where}: keys rope_scaling and rope_parameters disagree: expected the same of both, got "
                + $"{older.Describe()} and {newer.Describe()}. Remove one of the two.");
        }

        double theta = CheckedTheta(config, config.OptionalNumber("rope_theta") ?? defaultTheta);
        return newer ?? older ?? new RopeParameters(RopeType.Default, theta);
    }

    /// <summary>One of the two objects; null where it is absent.</summary>
    private static RopeParameters? Parse(
        JsonFields config, string key, int maxPositions, double defaultTheta, List<string> notes)
    {
        if (config.Object(key) is not { } rope)
            return null;
        double? top = config.OptionalNumber("rope_theta");
        double theta = CheckedTheta(config, rope.OptionalNumber("rope_theta") ?? top ?? defaultTheta);
        if (top is not null && top != theta)
        {
            throw new ModelFileException(
                $"{config.Where}: key {rope.Prefix}rope_theta: expected {top} as rope_theta says, got {theta}. Remove "
                + "one of the two.");
        }

        RopeType type = ReadType(rope);
        CheckKeys(rope, type, notes);
        return type switch
        {
            RopeType.Linear => new RopeParameters(type, theta) { Factor = Factor(rope, rope.Number("factor")) },
            RopeType.Llama3 => Llama3(rope, theta, Original(config, rope, maxPositions)),
            RopeType.Yarn => Yarn(rope, theta, Original(config, rope, maxPositions), maxPositions),
            _ => new RopeParameters(type, theta),
        };
    }

    /// <summary>Frequencies are theta^(-2 i / d), and yarn takes the logarithm of theta.</summary>
    private static double CheckedTheta(JsonFields config, double theta) => theta > 1
        ? theta
        : throw new ModelFileException(
            $"{config.Where}: key rope_theta: expected a number above 1, got {theta}. Correct the file.");

    private static RopeType ReadType(JsonFields rope)
    {
        string? newer = rope.Text("rope_type"), older = rope.Text("type");
        if (newer is not null && older is not null && newer != older)
        {
            throw new ModelFileException(
                $"{rope.Where}: keys {rope.Prefix}rope_type and {rope.Prefix}type disagree: expected one value, got "
                + $"{newer} and {older}. "
                + "Remove one of the two.");
        }

        return (newer ?? older ?? "default") switch
        {
            "default" => RopeType.Default,
            "linear" => RopeType.Linear,
            "llama3" => RopeType.Llama3,
            "yarn" => RopeType.Yarn,
            string other => throw new ModelFileException(
                $"{rope.Where}: key {rope.Prefix}{(newer is null ? "type" : "rope_type")}: expected {Types}, got "
                + $"{other}. "
                + "The engine does not compute this; choose another model."),
        };
    }

    /// <summary>A key that this type does not read may be there only where transformers would ignore it too.</summary>
    private static void CheckKeys(JsonFields rope, RopeType type, List<string> notes)
    {
        string[] read = type switch
        {
            RopeType.Linear => ["factor"],
            RopeType.Llama3 => ["factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"],
            RopeType.Yarn =>
            [
                "factor", "original_max_position_embeddings", "attention_factor", "beta_fast", "beta_slow", "mscale",
                "mscale_all_dim", "truncate",
            ],
            _ => [],
        };
        foreach ((string key, JsonElement value) in rope.All)
        {
            if (value.ValueKind == JsonValueKind.Null || Common.Contains(key) || read.Contains(key))
                continue;
            bool neutral = key == "factor" && rope.OptionalNumber(key) == 1;
            if (neutral || key is "original_max_position_embeddings" or "finetuned")
                continue;
            if (key == "attn_factor" && type == RopeType.Yarn)
            {
                // DeepSeek-R1-0528-Qwen3-8B. transformers reads attention_factor alone, and warns of this one.
                notes.Add($"{rope.Where}: {rope.Prefix}attn_factor has no effect, as in transformers, which reads "
                    + "attention_factor");
                continue;
            }

            string name = type.ToString().ToLowerInvariant();
            throw rope.Wrong(key, $"nothing with rope type {name}", value, "Remove it, or choose another model.");
        }

        if (rope.OptionalNumber("partial_rotary_factor") is double part && part != 1)
        {
            throw new ModelFileException(
                $"{rope.Where}: key {rope.Prefix}partial_rotary_factor: expected 1, got {part}. "
                + "The engine does not compute this; choose another model.");
        }
    }

    private static RopeParameters Llama3(JsonFields rope, double theta, double original)
    {
        double low = Positive(rope, "low_freq_factor", rope.Number("low_freq_factor"));
        double high = rope.Number("high_freq_factor");
        if (high <= low)
            throw Bad(rope, "high_freq_factor", $"more than low_freq_factor ({low})", high);
        return new RopeParameters(RopeType.Llama3, theta)
        {
            Factor = Factor(rope, rope.Number("factor")),
            LowFreqFactor = low,
            HighFreqFactor = high,
            OriginalMaxPositionEmbeddings = original,
        };
    }

    private static RopeParameters Yarn(JsonFields rope, double theta, double original, int maxPositions)
    {
        double factor = Factor(rope, rope.OptionalNumber("factor") ?? maxPositions / original);
        double fast = Positive(rope, "beta_fast", NonZero(rope, "beta_fast") ?? 32);
        double slow = Positive(rope, "beta_slow", NonZero(rope, "beta_slow") ?? 1);
        if (fast < slow)
            throw Bad(rope, "beta_fast", $"beta_slow ({slow}) or more", fast);
        double attention = rope.OptionalNumber("attention_factor") ?? AttentionFactor(rope, factor);
        if (!(attention > 0))
            throw Bad(rope, "attention_factor", "a number above 0", attention);
        return new RopeParameters(RopeType.Yarn, theta)
        {
            Factor = factor,
            OriginalMaxPositionEmbeddings = original,
            BetaFast = fast,
            BetaSlow = slow,
            Truncate = rope.Flag("truncate", true),
            AttentionFactor = attention,
        };
    }

    /// <summary>
    /// 0.1 ln(factor) + 1 (YaRN, equation 22); with mscale and mscale_all_dim the quotient of two such (DeepSeek).
    /// </summary>
    private static double AttentionFactor(JsonFields rope, double factor)
    {
        double Scale(double m) => factor <= 1 ? 1 : (0.1 * m * Math.Log(factor)) + 1;
        bool both = NonZero(rope, "mscale") is not null && NonZero(rope, "mscale_all_dim") is not null;
        return both ? Scale(rope.Number("mscale")) / Scale(rope.Number("mscale_all_dim")) : Scale(1);
    }

    private static double Original(JsonFields config, JsonFields rope, int maxPositions)
    {
        const string Key = "original_max_position_embeddings";
        double? outer = config.OptionalNumber(Key), inner = rope.OptionalNumber(Key);
        if (outer is not null && inner is not null && outer != inner)
        {
            throw new ModelFileException(
                $"{config.Where}: key {rope.Prefix}{Key}: expected {outer} as {Key} says, got {inner}. Remove one of "
                + "the two.");
        }

        return Positive(rope, Key, outer ?? inner ?? maxPositions);
    }

    private static double Factor(JsonFields rope, double factor) =>
        factor >= 1 ? factor : throw Bad(rope, "factor", "a number of 1 or more", factor);

    /// <summary>0 stands for "not given", as in transformers' <c>or</c>.</summary>
    private static double? NonZero(JsonFields rope, string key) =>
        rope.OptionalNumber(key) is double value && value != 0 ? value : null;

    private static double Positive(JsonFields rope, string key, double value) =>
        value > 0 ? value : throw Bad(rope, key, "a number above 0", value);

    private static ModelFileException Bad(JsonFields rope, string key, string expected, double got) =>
        new($"{rope.Where}: key {rope.Prefix}{key}: expected {expected}, got {got}. Correct the file.");
}
