using MolEngine.Basics.Files;
using MolEngine.Basics.Text;
using MolEngine.Data.Caching;
using MolEngine.Data.Records;
using MolEngine.Data.Settings;

namespace MolEngine.Data;

/// <summary>Reads, tokenizes, splits and packs the corpora of a run.</summary>
/// <param name="progress">Called on the caller's thread, after every batch of records.</param>
public sealed class CorpusLoader(
    DocumentTokenizer tokenizer, int threads, IProgress<TokenizingProgress>? progress = null)
{
    /// <summary>All corpora of a config, in its order.</summary>
    /// <exception cref="UserException">A corpus is not there, is broken, or has too few documents.</exception>
    public IReadOnlyList<Corpus> Load(DataSettings data, CancellationToken cancel = default)
    {
        var corpora = new List<Corpus>();
        foreach (CorpusSettings settings in data.Corpora)
            corpora.Add(Load(settings.WithPairs(tokenizer.Writer.HasOwnTemplate), data, cancel));
        return corpora;
    }

    private Corpus Load(CorpusSettings settings, DataSettings data, CancellationToken cancel)
    {
        IReadOnlyList<CorpusFile> files = CorpusFiles.Of(settings, out IReadOnlyList<string> others);
        TokenFile tokens = Tokens(settings, files, data, cancel, out bool cached, out string? problem);
        string[] first = [.. tokens.Facts.Skipped.Select(s => $"{files[s.File].PlaceOf(s.Line)}: {s.Detail}")];
        if (tokens.Documents == 0)
        {
            string got = tokens.Facts.SkippedCount == 0
                ? "none: all its files are empty"
                : $"{tokens.Facts.SkippedCount} that were skipped. The first: {first[0]}";
            throw new UserException(
                $"{settings.Paths[0]}: corpus {settings.Name}: expected at least one record, got {got}");
        }

        int heldOut = data.HeldOut.Documents.Of(tokens.Documents);
        if (heldOut > 0 && heldOut >= tokens.Documents)
        {
            throw new UserException(
                $"{settings.Paths[0]}: {DataKeys.HeldOutDocuments.Path}: expected fewer than the corpus's "
                    + $"{Counts.Of(tokens.Documents, "document")}, "
                    + $"got {heldOut}. Lower {DataKeys.HeldOut}");
        }

        bool[] isDialogue = tokens.Dialogues();
        (TokenStore store, int[] chosen) =
            HeldOutSplit.Choose(tokens, tokens.Hashes(), isDialogue, data.HeldOut, data.Context);
        int[] whole = [.. chosen.Select(d => tokens.DocumentAt(store.Start(d)))];
        int dialogues = isDialogue.Count(d => d) - whole.Count(d => isDialogue[d]);
        int cut = chosen.Zip(whole).Where(p => store.Length(p.First) < tokens.Length(p.Second))
            .DistinctBy(p => p.Second).Count();
        PackedCorpus Packed(TokenStore store) =>
            new(settings.Name, settings.Kind, store, data.Context, data.Packing)
            {
                Weight = settings.Weight,
                Losses = settings.Losses,
            };
        return new Corpus(
            Packed(TokenSelection.Without(store, chosen)), Packed(TokenSelection.Only(store, chosen)))
        {
            Source = new(
                files.Count, others, dialogues, new SkippedRecords(tokens.Facts.SkippedCount, first), cached, problem)
            {
                CutForValidation = cut,
                Notes = tokens.Facts.Notes,
                Shapes = tokens.Facts.Shapes,
                Characters = tokens.Facts.Characters,
            },
            File = tokens,
            HeldOutWhole = [.. whole.Distinct()],
        };
    }

    /// <summary>A corpus's tokens: from the cache, or made and kept there, or made for this run alone.</summary>
    private TokenFile Tokens(
        CorpusSettings settings, IReadOnlyList<CorpusFile> files, DataSettings data, CancellationToken cancel,
        out bool cached, out string? problem)
    {
        TokenCache? cache = data.Cache is null || tokenizer.Fingerprint.Length == 0 ? null : new TokenCache(data.Cache);
        (long Length, DateTime)[] before = Stamps(files);
        (cached, problem) = (false, null);
        if (cache is null)
            return Unkept(settings, Make);
        string key = TokenCacheKey.Of(settings, files, tokenizer, data.Context, data.SkipBadRecords, cancel);
        if (cache.Find(key) is { } found)
        {
            long bytes = before.Sum(f => f.Length);
            progress?.Report(new(settings.Name, bytes, bytes, found.Documents, found.Tokens, Cached: true));
            cached = true;
            return found;
        }

        problem = cache.Keep(key, Make);
        if (problem is null && cache.Find(key) is { } kept)
            return kept;
        problem ??= "what was written could not be read again";
        return Unkept(settings, Make);

        void Make(Stream to)
        {
            new CorpusTokenizer(tokenizer, data.Context, threads, progress, cancel)
                .Run(settings, files, data.SkipBadRecords, to);
            RequireUnchanged(files, before);
        }
    }

    /// <summary>Tokens in a file that goes with the run.</summary>
    private static TokenFile Unkept(CorpusSettings settings, Action<Stream> make)
    {
        string folder = Path.GetTempPath();
        FileStream? file = null;
        try
        {
            file = UnnamedFile.Create(folder);
            make(file);
            return TokenFile.OfOwn(file);
        }
        catch (Exception e)
        {
            file?.Dispose();
            if (e is not (IOException or UnauthorizedAccessException))
                throw;
            throw new UserException(
                $"{folder}: corpus {settings.Name}: expected a writable folder with room for its tokens, got "
                    + $"\"{e.Message}\". Set data.cache to another, or move the folder of temporary files (TMPDIR)", e);
        }
    }

    private static void RequireUnchanged(IReadOnlyList<CorpusFile> files, (long, DateTime)[] before)
    {
        int changed = Stamps(files).Zip(before).ToList().FindIndex(pair => pair.First != pair.Second);
        if (changed >= 0)
        {
            throw new UserException(
                $"{files[changed].Path}: corpus: expected a file that stays as it is while it is read, got a change. "
                    + "Start again");
        }
    }

    private static (long Length, DateTime Written)[] Stamps(IReadOnlyList<CorpusFile> files)
    {
        return [.. files.Select(f => RealPath.FileAt(f.Path)).Select(Stamp)];

        static (long, DateTime) Stamp(FileInfo f) => f.Exists
            ? (f.Length, f.LastWriteTimeUtc)
            : throw new UserException($"{f.FullName}: corpus: expected a file, got no such file");
    }
}
