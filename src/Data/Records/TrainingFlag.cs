using MolEngine.Basics.Values;
using MolEngine.Engine.Chat;

namespace MolEngine.Data.Records;

/// <summary>
/// What a message says itself of whether it is trained on: <c>train</c> or <c>training</c> (axolotl) and <c>loss</c>
/// (ms-swift), true or false, or <c>weight</c> (OpenAI's fine-tuning files), 0 or 1.
/// </summary>
internal static class TrainingFlag
{
    private static readonly string[] Flags = ["train", "training", "loss", "weight"];

    /// <summary>The field of a message that says it, and whether it is to be trained on; null where none does.
    /// </summary>
    public static (string Name, DataValue Value, bool Trains)? Of(ChatMessage message)
    {
        foreach ((string name, DataValue value) in message.Fields.Entries)
        {
            if (Flags.Contains(name) && Meaning(value) is { } trains)
                return (name, value, trains);
        }

        return null;
    }

    /// <summary>Whether a field of a message is one: other values of these names mean something else.</summary>
    public static bool IsFlag(string name, DataValue value) => Flags.Contains(name) && Meaning(value) is not null;

    /// <summary>Of the spans of the assistant's turns those that are trained on.</summary>
    /// <exception cref="ChatTemplateException">A turn is to be left out, and the template does not write each in one
    /// span.</exception>
    public static IReadOnlyList<TextSpan> Trained(IReadOnlyList<ChatMessage> messages, IReadOnlyList<TextSpan> spans)
    {
        ChatMessage[] turns = [.. messages.Where(m => m.Role == "assistant")];
        bool[] leftOut = [.. turns.Select(t => Of(t) is { Trains: false })];
        int first = Array.IndexOf(leftOut, true);
        if (first < 0)
            return spans;
        if (turns.Length != spans.Count)
        {
            throw new ChatTemplateException(
                $"{Of(turns[first])!.Value.Name}: expected a template that writes each turn of the "
                    + $"assistant in one generation block, got {spans.Count} for {turns.Length} turns: which of them "
                    + "is left out cannot be told");
        }

        return [.. spans.Where((_, turn) => !leftOut[turn])];
    }

    private static bool? Meaning(DataValue value) => value switch
    {
        FlagValue flag => flag.IsTrue,
        NumberValue { Literal: "0" or "0.0" } => false,
        NumberValue { Literal: "1" or "1.0" } => true,
        _ => null,
    };
}
