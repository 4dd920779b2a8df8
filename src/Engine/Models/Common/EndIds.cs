using MolEngine.Engine.Files;

namespace MolEngine.Engine.Models.Common;

/// <summary>Reads the ids that end a text.</summary>
internal static class EndIds
{
    private const string Key = "eos_token_id";

    /// <summary>One id or several of a config or generation config; empty where there is none.</summary>
    /// <exception cref="ModelFileException">An id is not of the vocabulary.</exception>
    public static IReadOnlyList<int> Read(JsonFields f, int vocabulary)
    {
        IReadOnlyList<int> ids = f.Integers(Key);
        return ids.All(id => id >= 0 && id < vocabulary)
            ? ids
            : throw f.Wrong(
                Key, $"ids of the vocabulary, 0 to {vocabulary - 1}", f.Json.GetProperty(Key),
                "Correct the file, or take the key out.");
    }
}
