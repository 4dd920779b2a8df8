namespace MolEngine.Data.Records;

/// <summary>A record as its file has it: a text, or messages.</summary>
/// <param name="Line">Its first line, from 1.</param>
public sealed record CorpusRecord(string? Text, IReadOnlyList<ChatMessage>? Messages, long Line)
{
    /// <summary>
    /// Where in <see cref="Rendered"/> the answer to what stands before it lies; null for records that do not answer.
    /// </summary>
    public Range? Answer { get; init; }

    /// <summary>Whether it is a dialogue.</summary>
    public bool IsChat => Messages is not null;

    /// <summary>The document's text: its own, or its messages as ChatML.</summary>
    public string Rendered => Messages is null ? Text! : ChatMl.Render(Messages);
}
