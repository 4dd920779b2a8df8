using MolEngine.Basics.Values;
using MolEngine.Data.Records.Shapes;
using MolEngine.Engine.Chat;

namespace MolEngine.Data.Records;

/// <summary>What of a record can say nothing, and is trained on all the same.</summary>
public enum SilentPart
{
    Text,
    Question,
    Answer,
}

/// <summary>Finds the parts of records that are empty, or hold white space alone.</summary>
internal static class SilentParts
{
    /// <summary>The parts of a record, each once: a text, what a user says, what an assistant says.</summary>
    public static IReadOnlySet<SilentPart> Of(CorpusRecord record)
    {
        var parts = new HashSet<SilentPart>();
        foreach (ChatMessage message in record.Messages ?? [])
        {
            if (IsSilent(message))
                parts.Add(message.Role == "user" ? SilentPart.Question : SilentPart.Answer);
        }

        if (record.Text is not { } text)
            return parts;
        int answer = record.Answer?.Start.GetOffset(text.Length) ?? 0;
        if (text.AsSpan(answer).IsWhiteSpace())
            parts.Add(record.Answer is null ? SilentPart.Text : SilentPart.Answer);

        // A completion without a prompt is a text: nothing stands before it, not even a line break.
        if (answer > 0 && text.AsSpan(0, answer).IsWhiteSpace())
            parts.Add(SilentPart.Question);
        return parts;
    }

    /// <summary>What calls tools or thinks says something; what tools answer, and a system text, may be empty.
    /// </summary>
    private static bool IsSilent(ChatMessage message) =>
        message.Role is "user" or "assistant" && string.IsNullOrWhiteSpace(message.Content)
        && !ValueTexts.Of(message.Fields).Any(t => t.Path is not ("role" or "content" or "name")
            && ValueTexts.Literal(t.Value)!.Length > 0 && !t.Path.StartsWith("content[", StringComparison.Ordinal));
}
