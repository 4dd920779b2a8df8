using MolEngine.Data.Caching;
using MolEngine.Data.Records;
using MolEngine.Yaml;

namespace MolEngine.Data.Settings;

/// <summary>The keys under <c>data</c>, and the chat template, which all dialogues are written with.</summary>
public static class DataKeys
{
    /// <summary>
    /// Tokens computed at once (micro_batch x context) at most: far above any memory, far below 2^31.
    /// </summary>
    public const int MaxTokens = 1 << 24;

    /// <summary>Tokens of a row where a config does not say and the model takes as many.</summary>
    public const int UsualContext = 8192;

    public static readonly ConfigKey<int> Context = new(
        "data.context", KeyTypes.Int,
        Default.Rule($"{UsualContext}, or the model's max_position_embeddings where that is less"),
        "Tokens of a packed row.", x => x is >= 2 and <= MaxTokens, $"from 2 to {MaxTokens}");
    public static readonly ConfigKey<PackingKind> Packing = new(
        "data.packing", KeyTypes.OneOf<PackingKind>(), PackingKind.Concat,
        "concat lays documents end to end and fills every row; best_fit cuts only documents longer than context.");
    public static readonly ConfigKey<string> DocumentBegin = new(
        "data.document_begin", KeyTypes.Text, Default.Auto("what the tokenizer puts before a text, often nothing"),
        "Token before every document that is no dialogue, as text (`<|begin_of_text|>`) or as an id, or `none`.",
        s => s.Length > 0);
    public static readonly ConfigKey<string> DocumentEnd = new(
        "data.document_end", KeyTypes.Text, Default.Auto("the model's eos token"),
        "Token that ends every document, as text (`<|im_end|>`) or as an id.", s => s.Length > 0);
    public const string HeldOut = "data.held_out";

    public static readonly ConfigKey<HeldOutCount> HeldOutDocuments = new(
        $"{HeldOut}.documents", KeyTypes.Parsed(HeldOutCount.Expected, HeldOutCount.Parse),
        Default.Rule("at most validate.documents as the run begins, 0 where it never validates"),
        "Documents of each corpus kept for validation, chosen by a hash of their text (also: `held_out: 100`).");
    public static readonly ConfigKey<int> HeldOutTokens = new(
        $"{HeldOut}.tokens", KeyTypes.Int, Default.Of(HeldOutBudget.DefaultTokens).Unless("documents is given"),
        $"Tokens of each corpus kept for validation, at most. Documents of more than {HeldOutBudget.PieceTokens} "
        + "tokens are then held out by pieces, the rest of them is trained on; 0 holds whole documents out, however "
        + "long.",
        x => x >= 0, "of at least 0")
    {
        Formerly = "0",
    };

    public static readonly ConfigKey<bool> SkipBadRecords = new(
        "data.skip_bad_records", KeyTypes.Bool, false,
        "Counts and lists records that fit nothing, and goes on; else the first of them is an error.");
    public static readonly ConfigKey<string> Cache = new(
        "data.cache", KeyTypes.Path, Default.Auto("the user's cache folder"),
        "Folder that keeps tokens between runs, `off` for none; it may be deleted at any time.", s => s.Length > 0)
    {
        OnResume = OnResume.Free,
    };

    public static readonly ConfigKey<string> ChatTemplate = new(
        "chat_template", KeyTypes.Text, Default.Auto("the model's own, else ChatML"),
        "File of the Jinja template that dialogues are written with, in place of the model's own.", s => s.Length > 0);

    /// <summary>The keys in the order of the manual and of the resolved config.</summary>
    public static readonly IReadOnlyList<ConfigKey> All =
    [
        ChatTemplate, Context, Packing, DocumentBegin, DocumentEnd, HeldOutDocuments, HeldOutTokens, SkipBadRecords,
        Cache, .. CorpusKeys.All,
    ];

    /// <summary>What <c>data.cache</c> says for no cache.</summary>
    private const string NoCache = "off";

    /// <summary>The section <c>data</c>, with the checks that take more than one key.</summary>
    /// <param name="source">What errors call the config.</param>
    /// <param name="longestContext">Tokens that the model takes; null where that is not known.</param>
    /// <param name="heldOut">Documents held out where the section does not say.</param>
    public static DataSettings Build(ConfigValues v, string source, int? longestContext, HeldOutCount heldOut) => new(
        v.TakeOr(Context, Math.Min(UsualContext, longestContext ?? UsualContext)), v.TakeTextIfGiven(DocumentBegin),
        v.TakeTextIfGiven(DocumentEnd), HeldOutBudgetOf(v, heldOut), CorpusKeys.Build(v, source))
    {
        Packing = v.Take(Packing),
        SkipBadRecords = v.Take(SkipBadRecords),
        ChatTemplate = TemplateFile(v, source),
        Cache = CacheFolder(v),
    };

    private static string? TemplateFile(ConfigValues v, string source)
    {
        if (v.TakeTextIfGiven(ChatTemplate) is not { } given)
            return null;
        string path = InputPaths.Found(v, ChatTemplate, given, File.Exists, "a file", source);
        v.Resolve(ChatTemplate, path);
        return path;
    }

    private static HeldOutBudget HeldOutBudgetOf(ConfigValues v, HeldOutCount documents)
    {
        int tokens = v.Has(HeldOutTokens) || !v.Has(HeldOutDocuments) ? v.Take(HeldOutTokens) : 0;
        return new(v.TakeOr(HeldOutDocuments, documents), tokens == 0 ? null : tokens);
    }

    private static string? CacheFolder(ConfigValues v)
    {
        string? given = v.TakeTextIfGiven(Cache);
        if (given is null)
            return TokenCache.DefaultFolder;
        if (given == NoCache)
            return null;
        string folder = Path.GetFullPath(given);
        v.Resolve(Cache, folder);
        return folder;
    }
}
