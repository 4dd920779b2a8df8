using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace MolEngine.Engine.Files;

/// <summary>A value of a JSON file that knows where it stands, so that every complaint names file and key.</summary>
/// <param name="index">The place in the list at parent; -1 for a value that stands at parent itself.</param>
internal readonly struct JsonView(JsonElement element, string file, string parent, int index = -1)
{
    /// <summary>Tables of tokens are as long as the largest id; a file cannot make them larger than this.</summary>
    public const int MaxId = (1 << 24) - 1;

    public bool IsNull => element.ValueKind == JsonValueKind.Null;

    public bool IsString => element.ValueKind == JsonValueKind.String;

    public bool IsObject => element.ValueKind == JsonValueKind.Object;

    private JsonElement Element => element;

    private string Path => index < 0 ? parent : $"{parent}[{index}]";

    /// <summary>A member of this object; null where it is absent or null.</summary>
    public JsonView? Optional(string name)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw Expected("an object");
        return element.TryGetProperty(name, out JsonElement member) && member.ValueKind != JsonValueKind.Null
            ? new JsonView(member, file, Path.Length == 0 ? name : $"{Path}.{name}")
            : null;
    }

    public JsonView Required(string name) =>
        Optional(name) ?? throw Error($"the key \"{name}\" is missing", "a value", "none");

    public bool Flag(string name, bool otherwise) => Optional(name)?.Boolean() ?? otherwise;

    public string String()
    {
        if (element.ValueKind != JsonValueKind.String)
            throw Expected("a string");
        return IsValid(out string? value) ? value : throw Expected("a string of valid Unicode");
    }

    /// <summary>Another string that stands at the same place in the file.</summary>
    public JsonView WithString(string value) => new(JsonSerializer.SerializeToElement(value), file, parent, index);

    public bool Boolean() => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Expected("true or false"),
    };

    /// <summary>A token id: 0 to <see cref="MaxId"/>.</summary>
    public int Id()
    {
        bool number = element.ValueKind == JsonValueKind.Number;
        return number && element.TryGetInt32(out int id) && id is >= 0 and <= MaxId
            ? id
            : throw Expected($"a token id from 0 to {MaxId}");
    }

    public double Number() =>
        element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out double value)
            ? value
            : throw Expected("a number");

    public IEnumerable<JsonView> Items()
    {
        if (element.ValueKind != JsonValueKind.Array)
            throw Expected("a list");
        return Enumerate(element, file, Path);

        static IEnumerable<JsonView> Enumerate(JsonElement list, string file, string path)
        {
            int index = 0;
            foreach (JsonElement item in list.EnumerateArray())
                yield return new JsonView(item, file, path, index++);
        }
    }

    /// <summary>The members of an object, the same name perhaps twice.</summary>
    public IEnumerable<(string Name, JsonView Value)> Members()
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw Expected("an object");
        return Enumerate(element, this, file, Path);

        static IEnumerable<(string, JsonView)> Enumerate(JsonElement members, JsonView self, string file, string path)
        {
            foreach (JsonProperty member in members.EnumerateObject())
            {
                string name;
                try
                {
                    name = member.Name;
                }
                catch (InvalidOperationException)
                {
                    throw self.Expected("keys of valid Unicode");
                }

                yield return (name, new JsonView(member.Value, file, path));
            }
        }
    }

    /// <summary>
    /// Refuses keys whose meaning is not known here, unless their value (null, false, nothing) switches them off, and
    /// keys given twice.
    /// </summary>
    public void AllowOnly(params ReadOnlySpan<string> names)
    {
        OnlyOnce();
        foreach ((string name, JsonView value) in Members())
        {
            if (!names.Contains(name) && !JsonFields.IsOff(value.Element))
                throw Error($"the key \"{name}\" is not supported", string.Join(", ", names.ToArray()), $"\"{name}\"");
        }
    }

    /// <summary>Refuses keys given twice.</summary>
    public void OnlyOnce()
    {
        HashSet<string> seen = [];
        foreach ((string name, _) in Members())
        {
            if (!seen.Add(name))
                throw Error($"the key \"{name}\" is given twice", "each key once", "two values");
        }
    }

    public ModelFileException Expected(string what) => Error("", what, Describe(), "Correct the file.");

    /// <param name="problem">What is wrong; empty where expected and got say it.</param>
    public ModelFileException Error(string problem, string expected, string got, string advice = "")
    {
        string where = Path.Length == 0 ? file : $"{file}: key {Path}";
        string what = problem.Length == 0 ? where : $"{where}: {problem}";
        return new ModelFileException($"{what}: expected {expected}, got {got}. {advice}".TrimEnd());
    }

    /// <summary>The value, shortened, for a message.</summary>
    public string Describe()
    {
        string text = element.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "a list",
            JsonValueKind.String => IsValid(out string? value) ? $"\"{value}\"" : "a string of broken Unicode",
            _ => element.GetRawText(),
        };
        return text.Length > 80 ? text[..80] + "..." : text;
    }

    private bool IsValid([NotNullWhen(true)] out string? value)
    {
        value = JsonFields.TextOf(element);
        return value is not null;
    }
}
