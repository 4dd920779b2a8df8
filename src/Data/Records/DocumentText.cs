using MolEngine.Engine.Chat;

namespace MolEngine.Data.Records;

/// <summary>The text of a record's document: what is tokenized.</summary>
/// <param name="Answer">
/// Where in <paramref name="Text"/> the answer to what stands before it lies; null for records that do not answer.
/// </param>
public readonly record struct DocumentText(string Text, Range? Answer)
{
    /// <summary>A record's own text, or its messages as ChatML: the one place where a dialogue is written.</summary>
    public static DocumentText Of(CorpusRecord record)
    {
        if (record.Messages is null)
            return new(record.Text!, record.Answer);
        ChatMessage[] messages = [.. record.Messages.Select(ThinkMarks.Default.Inline)];
        bool answers = messages[^1].Role == "assistant";
        return new(ChatMl.Render(messages), answers ? ChatMl.LastContent(messages) : null);
    }
}
