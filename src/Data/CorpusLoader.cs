using MolEngine.Basics.Text;
using MolEngine.Data.Caching;
using MolEngine.Data.Records;

namespace MolEngine.Data;

/// <summary>Reads, tokenizes, splits and packs the corpora of a run.</summary>
/// <param name="progress">Called on the caller's thread, after every batch of records.</param>
public sealed class CorpusLoader(DocumentTokenizer tokenizer, int threads, IProgress<TokenizingProgress>? progress = null)
{
    /// <summary>All corpora of a config, in its order.</summary>
    /// <exception cref="UserException">A corpus is not there, is broken, or has too few documents.</exception>
    public IReadOnlyList<Corpus> Load(DataSettings data, CancellationToken cancel = default)
    {
        var corpora = new List<Corpus>();
        foreach (CorpusSettings settings in data.Corpora)
            corpora.Add(Load(settings, data, cancel));
        return corpora;
    }

    private Corpus Load(CorpusSettings settings, DataSettings data, CancellationToken cancel)
    {
        IReadOnlyList<CorpusFile> files = CorpusFiles.Of(settings, out IReadOnlyList<string> others);
        TokenizedCorpus corpus = Tokens(settings, files, data, cancel, out bool cached, out string? problem);
        string[] first = [.. corpus.Skipped.Select(s => $"{files[s.File].Path}:{s.Line}: {s.Detail}")];
        TokenStore store = corpus.Tokens;
        if (store.Documents == 0)
        {
            throw new UserException(
                $"{settings.Paths[0]}: corpus {settings.Name}: expected at least one record, got {corpus.SkippedCount} "
                    + $"that were skipped. The first: {first.FirstOrDefault()}");
        }

        int heldOut = data.HeldOut ?? HeldOutSplit.DefaultCount(store.Documents, data.ValidatedDocuments);
        if (heldOut >= store.Documents)
        {
            string all = Counts.Of(store.Documents, "document");
            throw new UserException(
                $"{settings.Paths[0]}: data.held_out: expected fewer than the corpus's {all}, "
                    + $"got {heldOut}. Lower data.held_out");
        }

        var held = new TokenStore();
        int[] chosen = HeldOutSplit.Choose(corpus.Hashes, heldOut);
        foreach (int document in chosen)
            held.Add(store.Document(document).Span);
        HashSet<int> withheld = [.. chosen];
        int dialogues = Enumerable.Range(0, store.Documents).Count(d => corpus.Dialogues[d] && !withheld.Contains(d));
        store.Filter(d => !withheld.Contains(d));
        return new Corpus(
            new PackedCorpus(settings.Name, settings.Kind, store, data.Context, data.Packing),
            new PackedCorpus(settings.Name, settings.Kind, held, data.Context, data.Packing))
        {
            Source = new(
                files.Count, others, dialogues, new SkippedRecords(corpus.SkippedCount, first), cached, problem),
        };
    }

    /// <summary>From the cache, or made and kept there.</summary>
    private TokenizedCorpus Tokens(
        CorpusSettings settings, IReadOnlyList<CorpusFile> files, DataSettings data, CancellationToken cancel,
        out bool cached, out string? problem)
    {
        TokenCache? cache = data.Cache is null || tokenizer.Fingerprint.Length == 0 ? null : new TokenCache(data.Cache);
        problem = null;
        (long, DateTime)[] before = Stamps(files);
        string? key = cache is null ? null : TokenCacheKey.Of(settings, files, tokenizer, data.SkipBadRecords, cancel);
        TokenizedCorpus? corpus = key is null ? null : cache!.Find(key);
        cached = corpus is not null;
        if (corpus is not null)
        {
            long bytes = before.Sum(f => f.Item1);
            TokenStore store = corpus.Tokens;
            progress?.Report(new(settings.Name, bytes, bytes, store.Documents, store.Tokens, Cached: true));
            return corpus;
        }

        corpus = new CorpusTokenizer(tokenizer, threads, progress, cancel).Run(settings, files, data.SkipBadRecords);
        int changed = Stamps(files).Zip(before).ToList().FindIndex(pair => pair.First != pair.Second);
        if (changed >= 0)
        {
            throw new UserException(
                $"{files[changed].Path}: corpus: expected a file that stays as it is while it is read, got a change. "
                    + "Start again");
        }

        problem = key is null ? null : cache!.Keep(key, corpus);
        return corpus;
    }

    private static (long Length, DateTime Written)[] Stamps(IReadOnlyList<CorpusFile> files)
    {
        return [.. files.Select(f => new FileInfo(f.Path)).Select(Stamp)];

        static (long, DateTime) Stamp(FileInfo f) => f.Exists
            ? (f.Length, f.LastWriteTimeUtc)
            : throw new UserException($"{f.FullName}: corpus: expected a file, got no such file");
    }
}
