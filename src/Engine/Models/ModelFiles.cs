using MolEngine.Engine.Models.Common;

namespace MolEngine.Engine.Models;

/// <summary>
/// The files of a model folder that an export takes along: the config's text, and files that are copied as they are.
/// </summary>
/// <param name="ConfigJson">Text of <c>config.json</c>, in the dialect it was found in.</param>
/// <param name="Copied">Paths: generation config, tokenizer, chat template.</param>
public sealed record ModelFiles(string ConfigJson, IReadOnlyList<string> Copied)
{
    /// <summary>What the new folder says of prompts and ends, over what the files say.</summary>
    public Prompting Prompting { get; init; } = Prompting.Unchanged;

    /// <summary>What makes a folder a model: its config.</summary>
    public const string ConfigFile = ConfigParser.FileName;

    private static readonly string[] Names =
    [
        GenerationConfig.FileName, "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
        "added_tokens.json", "vocab.json", "vocab.txt", "merges.txt", "tokenizer.model", "chat_template.json",
        "chat_template.jinja",
    ];

    /// <summary>The folder of chat templates besides the main one.</summary>
    private const string TemplateFolder = "additional_chat_templates";

    /// <summary>The files of a model folder.</summary>
    /// <param name="tokenizerFolder">Where the tokenizer lies, if that is another folder.</param>
    public static ModelFiles Of(string modelFolder, string? tokenizerFolder = null)
    {
        ModelConfig config = ModelConfig.Load(Path.Combine(modelFolder, ConfigParser.FileName));
        return new ModelFiles(config.RawJson, Companions(modelFolder, tokenizerFolder ?? modelFolder));
    }

    /// <summary>
    /// Those of the known companion files that are there; the generation config is the model's, the rest the
    /// tokenizer's.
    /// </summary>
    public static IReadOnlyList<string> Companions(string modelFolder, string tokenizerFolder) =>
    [
        .. Names.Select(name => Path.Combine(name == GenerationConfig.FileName ? modelFolder : tokenizerFolder, name))
            .Where(File.Exists),
        .. Templates(Path.Combine(tokenizerFolder, TemplateFolder)),
    ];

    /// <summary>Where in a model folder a companion file lies.</summary>
    public static string PlaceOf(string path)
    {
        string name = Path.GetFileName(path);
        bool isTemplate = Path.GetFileName(Path.GetDirectoryName(path)) == TemplateFolder;
        return isTemplate ? Path.Combine(TemplateFolder, name) : name;
    }

    private static IEnumerable<string> Templates(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.jinja").Order(StringComparer.Ordinal) : [];
}
