using System.Text;
using System.Text.Json;
using MolEngine.Engine.Tokenization;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Tokenization;

/// <summary>The reference cases and the tokenizers that they speak of, each loaded once.</summary>
internal static class TokenizerCases
{
    private static readonly Dictionary<string, Tokenizer> Loaded = [];

    public static Tokenizer Load(string name)
    {
        string path = name switch
        {
            "qwen3" => Shared.FilePath("models", "qwen3_tokenizer"),
            "smollm2" => Shared.FilePath("models", "smollm2", "tokenizer.json"),
            "llama_story" => Shared.FilePath("models", "llama_story_0.66M"),
            "llama3_style" => Shared.ReferencePath("tokenizer", "llama3_style"),
            _ => throw new ArgumentException($"no such tokenizer: {name}"),
        };
        lock (Loaded)
        {
            if (!Loaded.TryGetValue(name, out Tokenizer? tokenizer))
                Loaded[name] = tokenizer = Tokenizer.Load(path);
            return tokenizer;
        }
    }

    /// <summary>The cases of one tokenizer in a file under reference/tokenizer; at least one.</summary>
    public static List<JsonElement> Read(string tokenizer, params string[] file)
    {
        string path = Shared.ReferencePath(["tokenizer", .. file]);
        List<JsonElement> cases = [.. File.ReadLines(path)
            .Where(line => line.Length > 0)
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line))
            .Where(c => c.GetProperty("tokenizer").GetString() == tokenizer)];
        Assert.NotEmpty(cases);
        return cases;
    }

    public static int[] Ids(this JsonElement c, string name) =>
        [.. c.GetProperty(name).EnumerateArray().Select(i => i.GetInt32())];

    public static string Text(this JsonElement c, string name) => c.GetProperty(name).GetString()!;

    /// <summary>Fails with a list of all that is wrong, in ASCII.</summary>
    public static void AssertNone(List<string> failures, int cases)
    {
        if (failures.Count == 0)
            return;
        var report = new StringBuilder($"{failures.Count} failures in {cases} cases:\n");
        foreach (string failure in failures.Take(20))
            report.Append(JsonSerializer.Serialize(failure)).Append('\n');
        Assert.Fail(report.ToString());
    }
}
