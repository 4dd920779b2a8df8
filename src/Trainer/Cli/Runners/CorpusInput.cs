using MolEngine.Basics.Values;
using MolEngine.Data;
using MolEngine.Data.Files;
using MolEngine.Data.Records;
using MolEngine.Engine.Batches;

namespace MolEngine.Trainer.Cli.Runners;

/// <summary>A file that a verb is given, read as a corpus is.</summary>
internal static class CorpusInput
{
    /// <param name="variables">Of the chat template.</param>
    /// <param name="texts">Whose model says whether pairs are dialogues.</param>
    public static CorpusSettings Of(string path, MapValue variables, DocumentTokenizer texts)
    {
        // A name that says nothing of its format is one of records: whole texts would be told by their name.
        string extension = Path.GetExtension(FileFormats.WithoutPacking(path));
        return new CorpusSettings(Path.GetFileName(path), path, CorpusKind.General)
        {
            ChatVariables = variables,
            Format = FileFormats.NameOf(extension) is null ? FileFormats.Json : null,
        }.WithPairs(texts.Writer.HasOwnTemplate);
    }
}
