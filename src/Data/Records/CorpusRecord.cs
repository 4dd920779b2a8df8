using MolEngine.Basics.Values;
using MolEngine.Engine.Chat;

namespace MolEngine.Data.Records;

/// <summary>
/// A record as it is meant: a text, or the messages of a dialogue. <see cref="DocumentText"/> writes it.
/// </summary>
/// <param name="Messages">Each with all that its record has of it; reasoning is in <see cref="ThinkMarks.Field"/>.
/// </param>
/// <param name="Line">Its first line, from 1; in a table without lines its row, from 0.</param>
public sealed record CorpusRecord(string? Text, IReadOnlyList<ChatMessage>? Messages, long Line)
{
    /// <summary>
    /// Where in <see cref="Text"/> the answer to what stands before it lies; null for records that do not answer, and
    /// for dialogues, whose last message answers.
    /// </summary>
    public Range? Answer { get; init; }

    /// <summary>The options of a multiple choice question, one of which its answer is; null of others.</summary>
    public Choices? Choices { get; init; }

    /// <summary>Of a question with several right answers all of them, the one that the record is answered with first;
    /// empty of others.</summary>
    public IReadOnlyList<string> Accepted { get; init; } = [];

    /// <summary>What the record has for the chat template beside its messages: <c>tools</c>.</summary>
    public MapValue Variables { get; init; } = MapValue.Empty;

    /// <summary>All fields of the record, of a dialogue alone: what of them its template leaves out is told.</summary>
    public MapValue Fields { get; init; } = MapValue.Empty;

    /// <summary>Whether it is a dialogue.</summary>
    public bool IsChat => Messages is not null;

    /// <summary>Characters that it has of its own.</summary>
    public long Length => Text?.Length ?? Messages!.Sum(m => (long)m.Content.Length);
}
