using MolEngine.Data;
using MolEngine.Data.Records;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Models;
using MolEngine.Engine.Tokenization;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Display;

namespace MolEngine.Trainer.Comparing;

/// <summary>Reads the texts of a comparison as training reads its corpora: same records, templates and tokens.
/// </summary>
/// <param name="folder">The base's, whose tokenizer and chat template make the tokens.</param>
/// <param name="limit">Documents of a source at most, the first ones; null: all.</param>
internal sealed class TextSources(
    string folder, ModelConfig config, Tokenizer tokenizer, int? limit, IRunDisplay display, CancellationToken cancel)
{
    /// <summary>Tokens of a piece at most, where the model takes as many.</summary>
    private const int MostTokens = 2048;

    /// <summary>Tokens of a piece: a longer document is read in several, each of which begins anew.</summary>
    public int Context { get; } =
        Math.Min(MostTokens, Math.Min(config.MaxPositionEmbeddings, config.AttentionLimit?.Tokens ?? MostTokens));

    /// <summary>A file, a folder or a pattern of them, all of it.</summary>
    /// <exception cref="UserException">It is not there, cannot be read, or has nothing to predict.</exception>
    public TextSource File(string name, string path, bool isDomain)
    {
        string full = Path.GetFullPath(path);
        if (!CorpusFiles.Exists(full))
            throw new UserException($"--texts: {path}: expected a file or a folder, got no such");
        CorpusKind kind = isDomain ? CorpusKind.Domain : CorpusKind.General;
        var data = new DataSettings(Context, null, null, 0, [new CorpusSettings(name, full, kind)]);
        using Corpus corpus = Loaded(data)[0];
        return Of(name, corpus.Train);
    }

    /// <summary>What runs have held out, each text once; of a name that stands for several, the run is told.</summary>
    public IReadOnlyList<TextSource> HeldOut(IReadOnlyList<ComparedInput> runs)
    {
        var sources = new List<TextSource>();
        var seen = new HashSet<string>();
        foreach (ComparedInput input in runs)
        {
            RunConfig run = input.Run!;
            IReadOnlyList<Corpus> corpora = Loaded(run.Data);
            foreach (Corpus corpus in corpora)
            {
                using (corpus)
                {
                    PackedCorpus heldOut = corpus.HeldOut.First(run.Validate.Documents);
                    if (!heldOut.HasEffectiveTokens || !seen.Add($"{corpus.Kind} {heldOut.Fingerprint()}"))
                        continue;
                    bool isOther = sources.Any(s => s.Name == corpus.Name);
                    sources.Add(Of(isOther ? $"{input.Name}: {corpus.Name}" : corpus.Name, heldOut));
                }
            }
        }

        return sources;
    }

    private IReadOnlyList<Corpus> Loaded(DataSettings data)
    {
        DocumentTokenizer texts = DocumentTokenizer.Of(tokenizer, config, folder, data);
        return new CorpusLoader(texts, Environment.ProcessorCount, display).Load(data, cancel);
    }

    private TextSource Of(string name, PackedCorpus corpus)
    {
        if (!corpus.HasEffectiveTokens)
            throw new UserException($"--texts: {name}: expected a document of two tokens and more, got none");
        int count = Math.Min(limit ?? int.MaxValue, corpus.Documents);
        return new TextSource(
            name, corpus.Kind == CorpusKind.Domain, [.. Enumerable.Range(0, count).Select(corpus.RowsOf)]);
    }
}
