using MolEngine.Engine.Files;
using MolEngine.Engine.Models.Common;

namespace MolEngine.Engine.Models;

/// <summary><c>generation_config.json</c> as far as the engine reads it.</summary>
/// <param name="EosTokenIds">
/// Ids that end a generation: of this file, else of the config; empty where neither has one.
/// </param>
/// <param name="RawJson">The file's text; null where there is no file.</param>
public sealed record GenerationConfig(IReadOnlyList<int> EosTokenIds, string? RawJson)
{
    public const string FileName = "generation_config.json";

    /// <summary>Reads a model folder. The file may be absent.</summary>
    /// <exception cref="ModelFileException">Names the file and the key.</exception>
    public static GenerationConfig Load(string folder)
    {
        string path = Path.Combine(folder, FileName), configPath = Path.Combine(folder, ConfigParser.FileName);
        JsonFields? fields = File.Exists(path) ? JsonFields.Load(path) : null;
        JsonFields? config = File.Exists(configPath) ? JsonFields.Load(configPath) : null;
        int vocabulary = config?.OptionalInteger("vocab_size") ?? int.MaxValue;
        IReadOnlyList<int> ids = fields is null ? [] : EndIds.Read(fields, vocabulary);
        if (ids.Count == 0 && config is not null)
            ids = EndIds.Read(config, vocabulary);
        return new GenerationConfig(ids, fields?.RawText);
    }
}
