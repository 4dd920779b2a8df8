using System.Security.Cryptography;
using MolEngine.Data.Records;
using MolEngine.Engine.Chat;
using MolEngine.Engine.Models;
using MolEngine.Engine.Tokenization;

namespace MolEngine.Data;

/// <summary>How a document becomes tokens.</summary>
/// <param name="Encode">A text's ids, nothing added; called from several threads at once.</param>
/// <param name="DocumentEnd">Id that ends every document.</param>
/// <param name="Fingerprint">
/// Differs for tokenizers that encode differently; empty: its tokens are never cached.
/// </param>
public sealed record DocumentTokenizer(Func<string, int[]> Encode, int DocumentEnd, string Fingerprint = "")
{
    private readonly Tokenizer? _tokenizer;

    private DocumentTokenizer(Tokenizer tokenizer, int documentEnd, string fingerprint)
        : this(text => tokenizer.Encode(text, addSpecialTokens: false), documentEnd, fingerprint) =>
        _tokenizer = tokenizer;

    /// <summary>Ids before every document that is no dialogue: a dialogue begins as its template has it.</summary>
    public IReadOnlyList<int> DocumentBegin { get; init; } = [];

    /// <summary><see cref="DocumentBegin"/> as text, for people; empty where there is none.</summary>
    public string BeginName { get; init; } = "";

    /// <summary><see cref="DocumentEnd"/> as a text has it; empty where no text can.</summary>
    public string EndText { get; init; } = "";

    /// <summary>Writes records as texts.</summary>
    public DocumentWriter Writer { get; init; } = new(null);

    /// <summary>Ids that end a turn of a dialogue besides <see cref="DocumentEnd"/>.</summary>
    public IReadOnlyList<int> TurnEnds { get; init; } = [];

    /// <summary><see cref="DocumentEnd"/> for people.</summary>
    public string EndName => EndText.Length == 0 ? $"token {DocumentEnd}" : $"{EndText} ({DocumentEnd})";

    /// <summary>How documents begin and end, in words.</summary>
    public string EndRule
    {
        get
        {
            string begin = BeginName.Length == 0 ? "" : $"begins with {BeginName} and ";
            return $"every document {begin}ends with {EndName}, once; {Writer.Rule}";
        }
    }

    /// <summary>How the documents of a config become tokens of a model.</summary>
    /// <param name="folder">The model's.</param>
    /// <exception cref="UserException">The tokens that begin and end documents are not there, or a chat template cannot
    /// be read.</exception>
    public static DocumentTokenizer Of(Tokenizer tokenizer, ModelConfig config, string folder, DataSettings data) => Of(
        tokenizer, folder, Data.DocumentEnd.Resolve(data.DocumentEnd, config, tokenizer),
        Data.DocumentBegin.Resolve(data.DocumentBegin, config, tokenizer),
        ChatTemplates.Load(folder, data.ChatTemplate, StoppedClock.Instance));

    /// <summary>The tokenizer of a model folder.</summary>
    /// <param name="folder">Where its tokenizer.json lies.</param>
    /// <param name="begin">Ids before every document; null for what the tokenizer puts before a text.</param>
    /// <param name="templates">What dialogues are written with; null for the model's own.</param>
    public static DocumentTokenizer Of(
        Tokenizer tokenizer, string folder, int documentEnd, IReadOnlyList<int>? begin = null,
        ChatTemplates? templates = null)
    {
        string file = Path.Combine(folder, "tokenizer.json");
        templates ??= ChatTemplates.Load(folder, file: null, StoppedClock.Instance);
        bool writes = !templates.IsFallback
            || (tokenizer.TokenId(ChatMl.Start) is not null && tokenizer.TokenId(ChatMl.End) is not null);
        var writer = new DocumentWriter(writes ? templates : null);
        IReadOnlyList<int> first = begin ?? tokenizer.BeginIds;
        return new DocumentTokenizer(
            tokenizer,
            documentEnd,
            File.Exists(file) ? Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))) : "")
        {
            DocumentBegin = first,
            BeginName = string.Join(' ', first.Select(id => $"{tokenizer.TokenText(id)} ({id})")),
            EndText = tokenizer.TokenText(documentEnd) ?? "",
            Writer = writer,
            TurnEnds = Engine.Generation.StopIds.OfTurn(tokenizer, writer.TurnEnd),
        };
    }

    /// <summary>Ids that end what a model writes: its own, and those that end documents and turns.</summary>
    /// <param name="folder">The model's.</param>
    public IReadOnlyCollection<int> StopIds(string folder) =>
        [.. Engine.Generation.StopIds.OfFolder(folder).Append(DocumentEnd).Concat(TurnEnds).Distinct()];

    /// <summary>Ids that end what the model was trained to write.</summary>
    /// <param name="dialogues">Whether dialogues were among its documents.</param>
    public IReadOnlyList<int> TrainedEnds(bool dialogues) =>
        dialogues ? [.. TurnEnds.Append(DocumentEnd).Distinct()] : [DocumentEnd];

    /// <summary>Ids of what asks the assistant to speak; empty where dialogues cannot be written.</summary>
    public int[] Answering => Writer.TurnPrompt is { Length: > 0 } prompt ? Encode(prompt) : [];

    /// <summary>The ids of a text as documents begin.</summary>
    /// <param name="isDialogue">Whether a chat template wrote it.</param>
    public int[] Beginning(string text, bool isDialogue) => Begun(Encode(text), isDialogue);

    /// <summary>The ids of a record's document, beginning and end included.</summary>
    public int[] Document(DocumentText document) => TokenMark.Ids(Stored(document));

    /// <summary>
    /// A document's ids as a <see cref="TokenStore"/> keeps them: what is not trained on is marked. The end is trained
    /// on where the document's end is.
    /// </summary>
    internal int[] Stored(DocumentText document)
    {
        (int[] ids, bool[]? inside) = Encoded(document);
        if (inside is not null)
            ids = [.. ids.Select((id, i) => inside[i] ? id : TokenMark.Unpredicted(id))];
        int[] begun = Begun(ids, document.IsDialogue);
        if (Closes(document.Text))
            return begun;
        bool isTrained = document.Trained is not { } spans
            || (spans.Count > 0 && spans[^1].End >= document.Text.AsSpan().TrimEnd().Length);
        return [.. begun, isTrained ? DocumentEnd : TokenMark.Unpredicted(DocumentEnd)];
    }

    private (int[] Ids, bool[]? Inside) Encoded(DocumentText document)
    {
        if (document.Trained is not { } spans)
            return (Encode(document.Text), null);
        return _tokenizer is null
            ? throw new InvalidOperationException("Parts of a document are found with a model's tokenizer alone.")
            : TokenSpans.Encode(_tokenizer, document.Text, spans);
    }

    /// <summary>A text that has its beginning already gets no second one.</summary>
    private int[] Begun(int[] ids, bool isDialogue)
    {
        bool has = isDialogue || DocumentBegin.Count == 0
            || TokenMark.Ids(ids).AsSpan().StartsWith([.. DocumentBegin]);
        return has ? ids : [.. DocumentBegin, .. ids];
    }

    /// <summary>Whether a text already ends with the token that ends documents: it gets no second one.</summary>
    private bool Closes(string text) =>
        EndText.Length > 0 && text.AsSpan().TrimEnd().EndsWith(EndText, StringComparison.Ordinal);
}
