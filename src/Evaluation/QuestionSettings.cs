using MolEngine.Data.Files;
using MolEngine.Data.Records;
using MolEngine.Engine.Batches;
using MolEngine.Yaml;

namespace MolEngine.Evaluation;

/// <summary>The questions that a run asks before and after.</summary>
/// <param name="File">The file, and how its records become questions.</param>
/// <param name="MaxTokens">Tokens of an answer at most.</param>
public sealed record QuestionSettings(CorpusSettings File, int MaxTokens)
{
    /// <summary>The section <c>questions</c>, or null where the config has none.</summary>
    public static QuestionSettings? Build(ConfigValues v, string source)
    {
        if (!QuestionKeys.All.Any(k => v.Has(k)))
            return null;
        string path = InputPaths.Found(
            v, QuestionKeys.Path, v.Require(QuestionKeys.Path, "", source), System.IO.File.Exists, "a file", source);
        v.Resolve(QuestionKeys.Path, path);
        FieldMap? fields = QuestionKeys.Records.Fields(v, source);
        var file = new CorpusSettings(QuestionKeys.Section, path, CorpusKind.Domain)
        {
            // Questions are no plain text, whatever their file is called.
            Format = FileFormats.NameOf(Path.GetExtension(FileFormats.WithoutPacking(path))) is null or FileFormats.Text
                ? FileFormats.Json
                : null,
            Fields = fields,
            NeedsAnswer = true,
            Template = QuestionKeys.Records.TemplateBeside(fields, v, source),
            Shape = QuestionKeys.Records.ShapeBeside(fields, v, source),
            Ignore = v.Take(QuestionKeys.Records.Ignore),
            Pairs = v.Take(QuestionKeys.Records.Pairs),
            ChatVariables = v.Take(QuestionKeys.Records.ChatVariables),
        };
        return new QuestionSettings(file, v.Take(QuestionKeys.MaxTokens));
    }
}
