using System.Text.Json.Nodes;
using MolEngine.Basics.Files;
using MolEngine.Engine.Files;
using MolEngine.Engine.Models;

namespace MolEngine.Engine.Folders;

/// <summary>
/// Where serving programs read what ends a generation: <c>eos_token_id</c> of <c>generation_config.json</c>.
/// </summary>
internal static class EndTokens
{
    private const string Key = "eos_token_id";

    /// <summary>Other tokens that transformers takes from <c>config.json</c> where the file is not there.</summary>
    private static readonly string[] OfConfig = ["bos_token_id", "pad_token_id"];

    /// <summary>
    /// Adds ids to those that a model folder names; a folder that names all of them is left as it is.
    /// </summary>
    public static void Add(string folder, IReadOnlyList<int> ids)
    {
        // With nothing to add a file goes along unread, whatever it holds.
        if (ids.Count == 0)
            return;
        GenerationConfig now = GenerationConfig.Load(folder);
        if (!ids.Except(now.EosTokenIds).Any())
            return;
        int[] all = [.. now.EosTokenIds.Union(ids)];
        void Change(JsonObject fields) => fields[Key] =
            all.Length == 1 ? all[0] : new JsonArray([.. all.Select(id => (JsonNode)id)]);
        DurableFiles.WriteText(
            Path.Combine(folder, GenerationConfig.FileName), JsonText.Changed(now.RawJson ?? New(folder), Change));
    }

    private static string New(string folder)
    {
        string config = File.ReadAllText(Path.Combine(folder, ModelFiles.ConfigFile));
        return JsonText.Changed(config, fields =>
        {
            foreach (string other in fields.Select(f => f.Key).Where(k => !OfConfig.Contains(k)).ToArray())
                fields.Remove(other);
        });
    }
}
