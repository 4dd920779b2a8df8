using MolEngine.Basics.Values;
using MolEngine.Engine.Chat;

namespace MolEngine.Data.Records.Shapes;

/// <summary>A record that asks and answers: a dialogue, or plain text.</summary>
/// <param name="isChat">Whether it is a dialogue.</param>
internal abstract class PairShape(bool isChat) : RecordShape
{
    /// <summary>Between what asks and what answers, in plain text.</summary>
    protected const string Line = "\n";

    protected bool IsChat { get; } = isChat;

    /// <summary>The record of one question.</summary>
    /// <param name="between">Stands between both in plain text.</param>
    protected CorpusRecord Pair(
        RecordFields record, string asks, string answers, string between = Line, string system = "",
        string reasoning = "")
    {
        if (!IsChat)
            return Plain(record, system.Length == 0 ? asks : system + Line + asks, answers, between, reasoning);
        var messages = new List<ChatMessage> { new("user", asks), Answer(answers, reasoning) };
        if (Dialogue.Of("system", system) is { } first)
            messages.Insert(0, first);
        return new(null, messages, record.Line);
    }

    protected static CorpusRecord Plain(
        RecordFields record, string asks, string answers, string between, string reasoning = "")
    {
        string before = asks + between;
        return new(before + ThinkMarks.Default.Written(reasoning, answers), null, record.Line)
        {
            Answer = before.Length..,
        };
    }

    private static ChatMessage Answer(string text, string reasoning)
    {
        var message = new ChatMessage("assistant", text);
        return reasoning.Length == 0
            ? message
            : new(new([.. message.Fields.Entries, new(ThinkMarks.Field, new TextValue(reasoning))]));
    }
}
