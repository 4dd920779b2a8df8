using MolEngine.Basics.Values;
using MolEngine.Data.Files;
using MolEngine.Engine.Batches;

namespace MolEngine.Data.Records;

/// <summary>How documents are laid into rows.</summary>
public enum PackingKind
{
    /// <summary>End to end: a document that overruns a row goes on in the next.</summary>
    Concat,

    /// <summary>Only documents longer than a row are cut.</summary>
    BestFit,
}

/// <summary>What a record that asks and answers becomes.</summary>
public enum PairStyle
{
    /// <summary>A dialogue where the model has a chat template, else text; <see cref="CorpusSettings.WithPairs"/>
    /// settles which.</summary>
    Auto,

    /// <summary>Text: prompt + completion with nothing between, question and answer with a line break.</summary>
    Plain,

    /// <summary>A message of the user and one of the assistant.</summary>
    Chat,
}

/// <param name="Context">Tokens of a row.</param>
/// <param name="DocumentBegin">
/// Text or id of the token before every document that is no dialogue, empty for none; null is what the tokenizer puts
/// before a text.
/// </param>
/// <param name="DocumentEnd">Text or id of the token that ends a document; null is the model's eos token.</param>
/// <param name="HeldOut">What of each corpus is kept for validation.</param>
public sealed record DataSettings(
    int Context, string? DocumentBegin, string? DocumentEnd, HeldOutBudget HeldOut,
    IReadOnlyList<CorpusSettings> Corpora)
{
    public PackingKind Packing { get; init; }

    /// <summary>Bad records are counted and listed, and the others used; else the first is an error.</summary>
    public bool SkipBadRecords { get; init; }

    /// <summary>File of the chat template, absolute; null for the model's own.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>Folder of the token cache, absolute; null keeps nothing.</summary>
    public string? Cache { get; init; }
}

/// <param name="Paths">Files and folders, absolute, in the order they are read in.</param>
public sealed record CorpusSettings(string Name, IReadOnlyList<string> Paths, CorpusKind Kind)
{
    public CorpusSettings(string name, string path, CorpusKind kind)
        : this(name, [path], kind)
    {
    }

    /// <summary>One of <see cref="FileFormats.Names"/>; null goes by each file's name.</summary>
    public string? Format { get; init; }

    public TextSplit Split { get; init; }

    /// <summary>Bytes that a record may have.</summary>
    public int LongestRecord { get; init; } = Limits.RecordBytes;

    /// <summary>How records are read, by the usual names of their fields.</summary>
    public ShapeName Shape { get; init; }

    /// <summary>Names of the fields of a record; null recognises the usual names.</summary>
    public FieldMap? Fields { get; init; }

    /// <summary>How a document is written from fields; null where the shapes say it.</summary>
    public TemplateSettings? Template { get; init; }

    /// <summary>What pairs become: text until <see cref="WithPairs"/> settles <see cref="PairStyle.Auto"/>.</summary>
    public PairStyle Pairs { get; init; }

    /// <summary>Paths of fields whose text is left out on purpose: <see cref="ReadingReport"/> does not tell of them.
    /// </summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];

    /// <summary>Whether a text alone is no record: it asks nothing.</summary>
    public bool NeedsAnswer { get; init; }

    /// <summary>Times that an epoch sees a domain corpus; a fraction of a pass is sampled anew each epoch.</summary>
    public double Repeat { get; init; } = 1;

    /// <summary>
    /// Part of the general rows, relative to the others' shares; null for all: every general row is as likely.
    /// </summary>
    public double? Share { get; init; }

    /// <summary>Which tokens of its documents the loss sees.</summary>
    public TrainOn TrainOn { get; init; }

    /// <summary>What the chat template is told besides the messages: <c>enable_thinking</c>.</summary>
    public MapValue ChatVariables { get; init; } = MapValue.Empty;

    /// <summary>What its config says of a loss of its own.</summary>
    public CorpusLoss Loss { get; init; } = CorpusLoss.None;

    /// <summary>The losses of its rows where they are not the run's; settled where the run's are known.</summary>
    public TokenWeights? Losses { get; init; }

    /// <summary>Weight of each row in the mean over the rows of a step.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>The corpus with <see cref="PairStyle.Auto"/> settled.</summary>
    /// <param name="hasChatTemplate">Whether the model writes dialogues.</param>
    public CorpusSettings WithPairs(bool hasChatTemplate) => Pairs != PairStyle.Auto
        ? this
        : this with { Pairs = hasChatTemplate ? PairStyle.Chat : PairStyle.Plain };
}
