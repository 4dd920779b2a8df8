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

/// <summary>What prompt/completion and question/answer become.</summary>
public enum PairStyle
{
    /// <summary>Text: prompt + completion with nothing between, question and answer with a line break.</summary>
    Plain,

    /// <summary>A message of the user and one of the assistant.</summary>
    Chat,
}

/// <param name="Context">Tokens of a row.</param>
/// <param name="DocumentEnd">Text or id of the token that ends a document; null is the model's eos token.</param>
/// <param name="HeldOut">What of each corpus is kept for validation.</param>
public sealed record DataSettings(
    int Context, string? DocumentEnd, HeldOutBudget HeldOut, IReadOnlyList<CorpusSettings> Corpora)
{
    public PackingKind Packing { get; init; }

    /// <summary>Bad records are counted and listed, and the others used; else the first is an error.</summary>
    public bool SkipBadRecords { get; init; }

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

    /// <summary>Names of the fields of a record; null recognises the usual names.</summary>
    public FieldMap? Fields { get; init; }

    /// <summary>A document's text with {field} in it; null where there is none.</summary>
    public string? Template { get; init; }

    public PairStyle Pairs { get; init; }

    /// <summary>Times that an epoch sees a domain corpus; a fraction of a pass is sampled anew each epoch.</summary>
    public double Repeat { get; init; } = 1;

    /// <summary>
    /// Part of the general rows, relative to the others' shares; null for all: every general row is as likely.
    /// </summary>
    public double? Share { get; init; }

    /// <summary>Weight of each row in the mean over the rows of a step.</summary>
    public double Weight { get; init; } = 1;
}

/// <summary>Which field of a record holds what; a null is not there.</summary>
public sealed record FieldMap(
    string? Text = null,
    string? Messages = null,
    string? Prompt = null,
    string? Completion = null,
    string? Question = null,
    string? Answer = null)
{
    /// <summary>The names that are recognised where a config gives none.</summary>
    public static readonly FieldMap Usual = new("text", "messages", "prompt", "completion", "question", "answer");
}
