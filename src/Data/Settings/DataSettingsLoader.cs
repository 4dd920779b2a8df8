using MolEngine.Data.Caching;
using MolEngine.Data.Files;
using MolEngine.Data.Records;
using MolEngine.Engine.Batches;
using MolEngine.Yaml;

namespace MolEngine.Data.Settings;

/// <summary>The section <c>data</c>: its defaults, and the checks that take more than one key.</summary>
public static class DataSettingsLoader
{
    /// <summary>What <c>data.cache</c> says for no cache.</summary>
    private const string NoCache = "off";

    /// <param name="source">What errors call the config.</param>
    /// <param name="validates">Whether the run ever reads held-out documents.</param>
    /// <param name="validatedDocuments">Held-out documents of each corpus that a validation reads, at most.</param>
    public static DataSettings Build(ConfigValues v, string source, bool validates, int validatedDocuments)
    {
        int count = v.Count(DataKeys.Corpora);
        if (count == 0)
        {
            v.Errors.Add(
                $"{source}: {DataKeys.Corpora}: missing: expected at least one corpus "
                    + "(- path: FILE.jsonl, kind: domain)");
        }

        var corpora = new List<CorpusSettings>();
        for (int i = 0; i < count; i++)
        {
            CorpusSettings corpus = Corpus(v, source, i);
            if (corpus.Name.Length > 0 && corpora.Any(c => c.Name == corpus.Name))
            {
                v.Wrong(
                    DataKeys.Name, source, i,
                    $"expected a name of its own, got '{corpus.Name}' a second time. Give each corpus a name");
            }

            corpora.Add(corpus);
        }

        RequireSharesOfAll(v, source, corpora);
        int? heldOut = v.TakeIfGiven(DataKeys.HeldOut);
        if (heldOut is null && !validates)
            heldOut = v.Take(DataKeys.HeldOut, 0);
        return new DataSettings(
            v.Take(DataKeys.Context, 8192), v.TakeTextIfGiven(DataKeys.DocumentEnd), heldOut, corpora)
        {
            ValidatedDocuments = validatedDocuments,
            Packing = v.Take(DataKeys.Packing, PackingKind.Concat),
            SkipBadRecords = v.Take(DataKeys.SkipBadRecords, false),
            Cache = Cache(v),
        };
    }

    private static CorpusSettings Corpus(ConfigValues v, string source, int i)
    {
        IReadOnlyList<string> given = v.Require(DataKeys.Path, [], source, i);
        string[] paths =
            [.. given.Select(p => InputPaths.Found(v, DataKeys.Path, p, Exists, "a file or folder", source, i))];
        v.Resolve(DataKeys.Path, paths, i);
        string name = v.Take(DataKeys.Name, paths.Length == 0 ? "" : CorpusFiles.NameOf(paths[0]), i);
        CorpusKind kind = v.Require(DataKeys.Kind, CorpusKind.Domain, source, i);
        FieldMap? fields = RecordSettings.Fields(v, DataKeys.Records, source, i);
        return new CorpusSettings(name, paths, kind)
        {
            Format = v.Take(DataKeys.Format, DataKeys.AutoFormat, i) is var f && f == DataKeys.AutoFormat ? null : f,
            Split = v.Take(DataKeys.Split, TextSplit.None, i),
            Fields = fields,
            Template = RecordSettings.Template(v, DataKeys.Records, source, i, fields),
            Pairs = v.Take(DataKeys.Records.Pairs, PairStyle.Plain, i),
            Repeat = Repeat(v, source, i, kind),
            Share = Share(v, source, i, kind),
        };
    }

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);

    private static double Repeat(ConfigValues v, string source, int i, CorpusKind kind)
    {
        if (kind == CorpusKind.Domain)
            return v.Take(DataKeys.Repeat, 1.0, i);
        if (v.Has(DataKeys.Repeat, i))
        {
            v.Wrong(
                DataKeys.Repeat, source, i,
                "expected a domain corpus, got a general one. How often general text is seen follows from ratio and "
                    + "share");
        }

        return 1;
    }

    private static double? Share(ConfigValues v, string source, int i, CorpusKind kind)
    {
        if (!v.Has(DataKeys.Share, i))
            return null;
        if (kind == CorpusKind.Domain)
            v.Wrong(DataKeys.Share, source, i, "expected a general corpus, got a domain one. Use repeat");
        return v.Take(DataKeys.Share, 1.0, i);
    }

    private static void RequireSharesOfAll(ConfigValues v, string source, List<CorpusSettings> corpora)
    {
        bool Lacks(CorpusSettings c) => c.Kind == CorpusKind.General && c.Share is null;
        if (!corpora.Any(c => c.Kind == CorpusKind.General && c.Share is not null) || !corpora.Any(Lacks))
            return;
        int i = corpora.FindIndex(Lacks);
        v.Wrong(DataKeys.Share, source, i, "missing: expected a share for every general corpus or for none");
    }

    /// <summary>Not in the resolved config unless it is given: where tokens are kept is no part of a run.</summary>
    private static string? Cache(ConfigValues v)
    {
        string? given = v.TakeTextIfGiven(DataKeys.Cache);
        if (given is null)
            return TokenCache.DefaultFolder;
        if (given == NoCache)
            return null;
        string folder = Path.GetFullPath(given);
        v.Resolve(DataKeys.Cache, folder);
        return folder;
    }
}
