using System.Text.Json;
using MolEngine.Basics.Values;
using MolEngine.Engine.Files;

namespace MolEngine.Engine.Chat;

/// <summary>The special tokens of a tokenizer's config, as chat templates see them: texts under their names.</summary>
internal static class SpecialTokens
{
    private const string Suffix = "_token";

    /// <summary>The tokens of a config; those of an older file where the config does not speak of them.</summary>
    /// <param name="config"><c>tokenizer_config.json</c>; null where there is none.</param>
    /// <param name="map"><c>special_tokens_map.json</c>; null where there is none.</param>
    public static MapValue Of(JsonFields? config, JsonFields? map)
    {
        OrderedDictionary<string, DataValue> tokens = [];
        foreach (JsonFields fields in ((JsonFields?[])[config, map]).OfType<JsonFields>())
        {
            foreach ((string name, JsonElement value) in fields.All.Concat(Extra(fields)))
            {
                if (!tokens.ContainsKey(name) && !IsNullIn(config, name) && Value(name, value) is { } token)
                    tokens[name] = token;
            }
        }

        return new MapValue([.. tokens]);
    }

    /// <summary>Tokens that a model's tokenizer has besides the usual: <c>image_token</c>.</summary>
    private static IEnumerable<KeyValuePair<string, JsonElement>> Extra(JsonFields fields) =>
        fields.TryGet("extra_special_tokens", out JsonElement? extra) && extra.Value.ValueKind == JsonValueKind.Object
            ? fields.Object("extra_special_tokens")!.All
            : [];

    private static bool IsNullIn(JsonFields? config, string name) =>
        config is not null && config.Json.TryGetProperty(name, out JsonElement value)
            && value.ValueKind == JsonValueKind.Null;

    private static DataValue? Value(string name, JsonElement value)
    {
        if (name == "additional_special_tokens" && value.ValueKind == JsonValueKind.Array)
            return new ListValue([.. value.EnumerateArray().Select(Text).OfType<TextValue>()]);
        return name.EndsWith(Suffix, StringComparison.Ordinal) ? Text(value) : null;
    }

    /// <summary>A token's text, which may stand in an object of its own.</summary>
    private static TextValue? Text(JsonElement value)
    {
        bool isObject = value.ValueKind == JsonValueKind.Object;
        if (isObject && !value.TryGetProperty("content", out value))
            return null;
        return JsonFields.TextOf(value) is { Length: > 0 } text ? new TextValue(text) : null;
    }
}
