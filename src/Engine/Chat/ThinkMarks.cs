using MolEngine.Basics.Values;

namespace MolEngine.Engine.Chat;

/// <summary>What stands around a model's reasoning, before its answer.</summary>
public sealed record ThinkMarks(string Open, string Close)
{
    /// <summary>The field of a message that holds the reasoning, by the name that templates read.</summary>
    public const string Field = "reasoning_content";

    /// <summary>Those of Qwen3, DeepSeek-R1 and their kin.</summary>
    public static ThinkMarks Default { get; } = new("<think>", "</think>");

    /// <summary>Reasoning and answer as one text: <c>&lt;think&gt;\nreasoning\n&lt;/think&gt;\n\nanswer</c>; the answer
    /// alone where there is no reasoning.</summary>
    public string Written(string reasoning, string answer) =>
        reasoning.Length == 0 ? answer : $"{Open}\n{reasoning}\n{Close}\n\n{answer}";

    /// <summary>A message with its reasoning in its content, for templates that do not read <see cref="Field"/>.
    /// </summary>
    public ChatMessage Inline(ChatMessage message)
    {
        if (message.Fields[Field] is not TextValue { Text: var reasoning })
            return message;
        string content = Written(reasoning, message.Content);
        bool hasContent = message.Fields["content"] is not null;
        IEnumerable<KeyValuePair<string, DataValue>> fields = message.Fields.Entries
            .Where(e => e.Key != Field)
            .Select(e => e.Key == "content" ? new(e.Key, new TextValue(content)) : e);
        return new(new MapValue(
            hasContent ? [.. fields] : [.. fields, new("content", new TextValue(content))]));
    }
}
