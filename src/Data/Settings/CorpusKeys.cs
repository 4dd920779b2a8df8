using MolEngine.Data.Files;
using MolEngine.Data.Records;
using MolEngine.Engine.Batches;
using MolEngine.Engine.Losses;
using MolEngine.Yaml;

namespace MolEngine.Data.Settings;

/// <summary>The keys of each corpus, under <c>data.corpora</c>.</summary>
public static class CorpusKeys
{
    public const string List = "data.corpora";

    /// <summary>The format of files whose names say it.</summary>
    private const string AutoFormat = "auto";

    public static readonly ConfigKey<string> Name = new(
        $"{List}[].name", KeyTypes.Text, Default.Rule("the file's name"),
        "Name in tables and metrics.", s => s.Length > 0 && s.All(c => !char.IsControl(c)));
    public static readonly ConfigKey<IReadOnlyList<string>> Path = new(
        $"{List}[].path", KeyTypes.Paths, Default.Required,
        "File, folder, pattern (`books/**/*.txt`) or a list of them: "
            + $"{string.Join(", ", FileFormats.Extensions)}, and any of them with "
            + $"{string.Join(" or ", FileFormats.Packings)}.",
        p => p.Count > 0 && p.All(s => s.Length > 0))
    {
        OnResume = OnResume.Free,
    };

    public static readonly ConfigKey<CorpusKind> Kind = new(
        $"{List}[].kind", KeyTypes.OneOf<CorpusKind>(), Default.Required,
        "domain learns by cross-entropy; general is held to the base model.");
    public static readonly ConfigKey<string> Format = new(
        $"{List}[].format", KeyTypes.OneOf([AutoFormat, .. FileFormats.Names]), AutoFormat,
        $"auto goes by names and contents; {string.Join(" or ", FileFormats.Names)} for files of other names.");
    public static readonly ConfigKey<TextSplit> Split = new(
        $"{List}[].split", KeyTypes.OneOf(("none", TextSplit.Whole)), TextSplit.Whole,
        "Plain text: a document is the whole file, what stands between blank_lines, each of the lines, or as many "
            + "lines as a context has room for (tokens).");
    public static readonly ConfigKey<int> RecordBytes = new(
        $"{List}[].record_bytes", KeyTypes.Int, Limits.RecordBytes,
        "Bytes of a record (a line, a table's row, a text file that is one document) at most; a longer one is an "
            + "error. Reading takes several times as many bytes of memory.",
        x => x is >= 1024 and <= Limits.MostRecordBytes, $"from 1024 to {Limits.MostRecordBytes}")
    {
        OnResume = OnResume.Free,
    };

    public static readonly RecordKeys Records = new($"{List}[]", hasTexts: true, OnResume.Fixed);
    public static readonly ConfigKey<double> Repeat = new(
        $"{List}[].repeat", KeyTypes.Number, Default.Of(1.0).Unless("the corpus is general"),
        "Times that an epoch sees this domain corpus; may be fractional.",
        x => x is > 0 and <= 1e6, "above 0, at most 1e6");
    public static readonly ConfigKey<double> Share = new(
        $"{List}[].share", KeyTypes.Number, Default.None("by size"),
        "This general corpus's part of the general rows, relative to the other shares.", x => x > 0, "above 0");
    public static readonly ConfigKey<TrainOn> TrainOn = new(
        $"{List}[].train_on", KeyTypes.OneOf<TrainOn>(), Data.Records.TrainOn.All,
        "all of a document's tokens, or what the assistant says (the answer of a question in plain text).");
    public static readonly ConfigKey<double> Weight = new(
        $"{List}[].weight", KeyTypes.Number, 1,
        "Weight of each of the corpus's rows in the loss, which is the weighted mean over the rows of a step.",
        x => x is > 0 and <= 1e6, "above 0, at most 1e6");

    public static readonly ConfigKey<LossKind> Loss = new(
        $"{List}[].loss.kind", KeyTypes.OneOf<LossKind>(), Default.None("the run's"),
        "A loss of the corpus's own (also: `loss: ce`).");
    public static readonly ConfigKey<double> LossAlpha = new(
        $"{List}[].loss.alpha", KeyTypes.Number, Default.None("the run's, or what the corpus's kind of loss has"),
        "Its alpha.", x => x is >= 0 and <= 1, "from 0 to 1");
    public static readonly ConfigKey<KlDirection> LossDirection = new(
        $"{List}[].loss.direction", KeyTypes.OneOf<KlDirection>(), Default.None("the run's"),
        "The direction of its KL.");

    /// <summary>The keys in the order of the manual and of the resolved config.</summary>
    public static readonly IReadOnlyList<ConfigKey> All =
    [
        Name, Path, Kind, Format, Split, RecordBytes, .. Records.All, TrainOn, Repeat, Share, Weight, Loss, LossAlpha,
        LossDirection,
    ];

    /// <summary>The corpora, with the checks that take more than one key or corpus.</summary>
    /// <param name="source">What errors call the config.</param>
    public static IReadOnlyList<CorpusSettings> Build(ConfigValues v, string source)
    {
        int count = v.Count(List);
        if (count == 0)
        {
            v.Errors.Add(
                $"{source}: {List}: missing: expected at least one corpus "
                    + "(- path: FILE.jsonl, kind: domain)");
        }

        var corpora = new List<CorpusSettings>();
        for (int i = 0; i < count; i++)
        {
            CorpusSettings corpus = Corpus(v, source, i);
            if (corpus.Name.Length > 0 && corpora.Any(c => c.Name == corpus.Name))
            {
                v.Wrong(
                    Name, source, i,
                    $"expected a name of its own, got '{corpus.Name}' a second time. Give each corpus a name");
            }

            corpora.Add(corpus);
        }

        RequireSharesOfAll(v, source, corpora);
        return corpora;
    }

    private static CorpusSettings Corpus(ConfigValues v, string source, int i)
    {
        IReadOnlyList<string> given = v.Require(Path, [], source, i);
        string[] paths =
        [
            .. given.SelectMany(
                p => InputPaths.AllFound(v, Path, p, CorpusFiles.Exists, "a file or folder", source, i)),
        ];
        v.Resolve(Path, paths, i);
        string name = v.TakeOr(Name, paths.Length == 0 ? "" : CorpusFiles.NameOf(paths[0]), i);
        CorpusKind kind = v.Require(Kind, CorpusKind.Domain, source, i);
        FieldMap? fields = Records.Fields(v, source, i);
        return new CorpusSettings(name, paths, kind)
        {
            Format = v.Take(Format, i) is var format && format == AutoFormat ? null : format,
            Split = v.Take(Split, i),
            LongestRecord = v.Take(RecordBytes, i),
            Fields = fields,
            Template = Records.TemplateBeside(fields, v, source, i),
            Shape = Records.ShapeBeside(fields, v, source, i),
            Pairs = v.Take(Records.Pairs, i),
            Ignore = v.Take(Records.Ignore, i),
            Repeat = RepeatOf(kind, v, source, i),
            Share = ShareOf(kind, v, source, i),
            TrainOn = v.Take(TrainOn, i),
            ChatVariables = v.Take(Records.ChatVariables, i),
            Weight = v.Take(Weight, i),
            Loss = new CorpusLoss(
                v.TakeIfGiven(Loss, i), v.TakeIfGiven(LossAlpha, i), v.TakeIfGiven(LossDirection, i)),
        };
    }

    private static double RepeatOf(CorpusKind kind, ConfigValues v, string source, int i)
    {
        if (kind == CorpusKind.Domain)
            return v.Take(Repeat, i);
        if (v.Has(Repeat, i))
        {
            v.Wrong(
                Repeat, source, i,
                "expected a domain corpus, got a general one. How often general text is seen follows from ratio and "
                    + "share");
        }

        return 1;
    }

    private static double? ShareOf(CorpusKind kind, ConfigValues v, string source, int i)
    {
        if (kind == CorpusKind.Domain && v.Has(Share, i))
            v.Wrong(Share, source, i, "expected a general corpus, got a domain one. Use repeat");
        return v.TakeIfGiven(Share, i);
    }

    private static void RequireSharesOfAll(ConfigValues v, string source, List<CorpusSettings> corpora)
    {
        bool Lacks(CorpusSettings c) => c.Kind == CorpusKind.General && c.Share is null;
        if (!corpora.Any(c => c.Kind == CorpusKind.General && c.Share is not null) || !corpora.Any(Lacks))
            return;
        int i = corpora.FindIndex(Lacks);
        v.Wrong(Share, source, i, "missing: expected a share for every general corpus or for none");
    }
}
