using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MolEngine.Yaml;

/// <summary>
/// The JSON Schema (2020-12) of a kind of YAML file, from its table of keys: an editor completes keys and marks
/// mistakes by it. Every file that is read fits it; what takes more than one key, or a number's limits, only the
/// program checks.
/// </summary>
public static class JsonSchema
{
    private const string Element = "[]";

    private static readonly JsonSerializerOptions Layout = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <param name="title">What the file is: "a run of molengine".</param>
    public static string Of(KeyTable keys, string title)
    {
        JsonObject root = new() { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["title"] = title };
        Fill(root, keys, "");
        root["type"] = "object";
        return root.ToJsonString(Layout);
    }

    /// <summary>Makes an object the schema of a section: its keys and sections, and no others.</summary>
    /// <param name="prefix">Of the paths of all that is in it: "", or "data.".</param>
    private static void Fill(JsonObject schema, KeyTable keys, string prefix)
    {
        JsonObject properties = [];
        JsonArray required = [];
        foreach (ConfigKey key in keys.All.Where(k => k.Path.StartsWith(prefix, StringComparison.Ordinal)))
        {
            string[] rest = key.Path[prefix.Length..].Split('.');
            string name = rest[0].EndsWith(Element, StringComparison.Ordinal) ? rest[0][..^Element.Length] : rest[0];
            if (!properties.ContainsKey(name))
                properties[name] = rest.Length == 1 ? Value(key) : Section(keys, prefix + rest[0]);
            if (rest.Length == 1 && key.IsRequired)
                required.Add(name);
        }

        schema["type"] = Types("object");
        schema["properties"] = properties;
        schema["additionalProperties"] = false;
        if (required.Count > 0)
            schema["required"] = required;
    }

    private static JsonObject Section(KeyTable keys, string path)
    {
        JsonObject section = [];
        Fill(section, keys, $"{path}.");
        if (path.EndsWith(Element, StringComparison.Ordinal))
            return new() { ["type"] = Types("array"), ["items"] = section };
        return keys.Shorthands.TryGetValue(path, out ConfigKey? one)
            ? new() { ["anyOf"] = new JsonArray(section, Value(one)) }
            : section;
    }

    private static JsonObject Value(ConfigKey key)
    {
        JsonNode schema = JsonNode.Parse(key.Schema)!;
        JsonArray forms = [.. (schema["anyOf"]?.AsArray() ?? [schema]).Select(form => form!.DeepClone())];
        if (!key.IsRequired)
            forms.Add(new JsonObject { ["type"] = "null" });
        if (key.NoValue == ConfigKey.Auto)
            forms.Add(new JsonObject { ["const"] = ConfigKey.Auto });
        return new() { ["description"] = $"{key.Help} [{key.Expects}; {key.DefaultText}]", ["anyOf"] = forms };
    }

    /// <summary>A section with nothing in it is null.</summary>
    private static JsonArray Types(string type) => [type, "null"];
}
