using System.Security.Cryptography;
using MolEngine.Data.Records;
using MolEngine.Engine.Chat;
using MolEngine.Engine.Models;
using MolEngine.Engine.Tokenization;

namespace MolEngine.Data;

/// <summary>How a document becomes tokens.</summary>
/// <param name="Encode">A text's ids, nothing added; called from several threads at once.</param>
/// <param name="DocumentEnd">Id that ends every document.</param>
/// <param name="ChatEnd">Id of ChatML's <c>&lt;|im_end|&gt;</c>; null where the vocabulary lacks ChatML's
/// tokens.</param>
/// <param name="Fingerprint">Differs for tokenizers that encode differently; empty: its tokens are never
/// cached.</param>
public sealed record DocumentTokenizer(
    Func<string, int[]> Encode, int DocumentEnd, int? ChatEnd = null, string Fingerprint = "")
{
    /// <summary><see cref="DocumentEnd"/> as text, for people.</summary>
    public string EndName { get; init; } = $"token {DocumentEnd}";

    /// <summary>How documents end, in words.</summary>
    public string EndRule => ChatEnd is null
        ? $"every document ends with {EndName}"
        : ChatEnd == DocumentEnd
            ? $"every document ends with {EndName}; a dialogue with that of its last message and a line break"
            : $"every document ends with {EndName}; a dialogue has it after the {ChatMl.End} of its last message";

    /// <summary>The tokenizer of a model folder.</summary>
    /// <param name="folder">Where its tokenizer.json lies.</param>
    public static DocumentTokenizer Of(Tokenizer tokenizer, string folder, int documentEnd)
    {
        string file = Path.Combine(folder, "tokenizer.json");
        bool chat = tokenizer.TokenId(ChatMl.Start) is not null;
        return new DocumentTokenizer(
            text => tokenizer.Encode(text, addSpecialTokens: false),
            documentEnd,
            chat ? tokenizer.TokenId(ChatMl.End) : null,
            File.Exists(file) ? Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))) : "")
        {
            EndName = tokenizer.TokenText(documentEnd) is { } name ? $"{name} ({documentEnd})" : $"token {documentEnd}",
        };
    }

    /// <summary>
    /// A document ends with <see cref="DocumentEnd"/>. A dialogue whose last message is closed by that very token gets
    /// no second one.
    /// </summary>
    public bool Closes(CorpusRecord record) => record.IsChat && ChatEnd == DocumentEnd;

    /// <summary>Ids that end what a model writes: its own, and those that end documents and messages.</summary>
    /// <param name="folder">The model's.</param>
    public IReadOnlyCollection<int> StopIds(string folder)
    {
        HashSet<int> ids = [.. GenerationConfig.Load(folder).EosTokenIds, DocumentEnd];
        if (ChatEnd is int end)
            ids.Add(end);
        return ids;
    }

    /// <exception cref="UserException">The record is a dialogue, and the vocabulary lacks ChatML's tokens.</exception>
    public void RequireChatTokens(CorpusRecord record, string path)
    {
        if (record.IsChat && ChatEnd is null)
        {
            throw new UserException(
                $"{path}:{record.Line}: messages: expected a model whose tokenizer has {ChatMl.Start} and "
                    + $"{ChatMl.End}, got one without them. Take a chat model, or make text of the records");
        }
    }

    /// <summary>The ids of a record's document, its end included.</summary>
    public int[] Document(CorpusRecord record, string text)
    {
        int[] ids = Encode(text);
        return Closes(record) ? ids : [.. ids, DocumentEnd];
    }
}
