using MolEngine.Data.Files;
using MolEngine.Data.Records;
using MolEngine.Engine.Batches;
using MolEngine.Yaml;

namespace MolEngine.Data.Settings;

/// <summary>The keys under <c>data</c>.</summary>
public static class DataKeys
{
    public const string Corpora = "data.corpora";

    /// <summary>The format of files whose names say it.</summary>
    public const string AutoFormat = "auto";

    /// <summary>
    /// Tokens computed at once (micro_batch x context) at most: far above any memory, far below 2^31.
    /// </summary>
    public const int MaxTokens = 1 << 24;

    public static readonly ConfigKey<int> Context = new(
        "data.context", KeyTypes.Int, "8192",
        "Tokens of a packed row.", x => x is >= 2 and <= MaxTokens, $"from 2 to {MaxTokens}");
    public static readonly ConfigKey<PackingKind> Packing = new(
        "data.packing", KeyTypes.OneOf<PackingKind>(), "concat",
        "concat lays documents end to end and fills every row; best_fit cuts only documents longer than context.");
    public static readonly ConfigKey<string> DocumentEnd = new(
        "data.document_end", KeyTypes.Text, "the model's eos token",
        "Token that ends every document, as text (`<|im_end|>`) or as an id.", s => s.Length > 0);
    public static readonly ConfigKey<int> HeldOut = new(
        "data.held_out", KeyTypes.Int, "validate.documents, at most 5 % of a corpus",
        "Documents of each corpus kept for validation, chosen by a hash of their text.",
        x => x >= 0, "of at least 0");
    public static readonly ConfigKey<bool> SkipBadRecords = new(
        "data.skip_bad_records", KeyTypes.Bool, "false",
        "Counts and lists records that fit nothing, and goes on; else the first of them is an error.");
    public static readonly ConfigKey<string> Cache = new(
        "data.cache", KeyTypes.Text, "the user's cache folder",
        "Folder that keeps tokens between runs, `off` for none; it may be deleted at any time.", s => s.Length > 0);

    public static readonly ConfigKey<string> Name = new(
        "data.corpora[].name", KeyTypes.Text, "the file's name",
        "Name in tables and metrics.", s => s.Length > 0 && s.All(c => !char.IsControl(c)));
    public static readonly ConfigKey<IReadOnlyList<string>> Path = new(
        "data.corpora[].path", KeyTypes.Paths, "required",
        $"File, folder or list: {string.Join(", ", FileFormats.Extensions)}, and any of them with .gz.",
        p => p.Count > 0 && p.All(s => s.Length > 0));
    public static readonly ConfigKey<CorpusKind> Kind = new(
        "data.corpora[].kind", KeyTypes.OneOf<CorpusKind>(), "required",
        "domain learns by cross-entropy; general is held to the base model.");
    public static readonly ConfigKey<string> Format = new(
        "data.corpora[].format", KeyTypes.OneOf([AutoFormat, .. FileFormats.Names]), AutoFormat,
        $"auto goes by names and contents; {string.Join(" or ", FileFormats.Names)} for files of other names.");
    public static readonly ConfigKey<TextSplit> Split = new(
        "data.corpora[].split", KeyTypes.OneOf<TextSplit>(), "none",
        "Plain text: a document is the whole file, what stands between blank_lines, or each of the lines.");
    public static readonly RecordKeys Records = new("data.corpora[]", hasTexts: true);
    public static readonly ConfigKey<double> Repeat = new(
        "data.corpora[].repeat", KeyTypes.Number, "1",
        "Times that an epoch sees this domain corpus; may be fractional.", x => x is > 0 and <= 1e6, "above 0, at most 1e6");
    public static readonly ConfigKey<double> Share = new(
        "data.corpora[].share", KeyTypes.Number, "by size",
        "This general corpus's part of the general rows, relative to the other shares.", x => x > 0, "above 0");

    /// <summary>In the order of the manual and of the resolved config.</summary>
    public static readonly IReadOnlyList<ConfigKey> All =
    [
        Context, Packing, DocumentEnd, HeldOut, SkipBadRecords, Cache,
        Name, Path, Kind, Format, Split, .. Records.All, Repeat, Share,
    ];
}
