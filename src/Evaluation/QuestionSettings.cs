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
            Format = FileFormats.Json,
            // A text alone asks nothing.
            Fields = fields ?? FieldMap.Usual with { Text = null },
            Template = QuestionKeys.Records.TemplateBeside(fields, v, source),
            Pairs = v.Take(QuestionKeys.Records.Pairs),
        };
        return new QuestionSettings(file, v.Take(QuestionKeys.MaxTokens));
    }
}
