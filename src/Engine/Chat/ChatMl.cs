using System.Text;

namespace MolEngine.Engine.Chat;

/// <summary>
/// ChatML, the template of Qwen and SmolLM2: <c>&lt;|im_start|&gt;role\ncontent&lt;|im_end|&gt;\n</c> for each message.
/// Nothing is added (no system message of a model's own) and nothing taken away.
/// </summary>
public static class ChatMl
{
    public const string Start = "<|im_start|>";

    public const string End = "<|im_end|>";

    public static string Render(IReadOnlyList<ChatMessage> messages)
    {
        var text = new StringBuilder();
        foreach (ChatMessage message in messages)
            text.Append(Start).Append(message.Role).Append('\n').Append(message.Content).Append(End).Append('\n');
        return text.ToString();
    }

    /// <summary>A user's message, up to where the assistant speaks.</summary>
    public static string Ask(string message) => $"{Render([new ChatMessage("user", message)])}{Start}assistant\n";

    /// <summary>Where in <see cref="Render"/>'s text the content of the last message lies.</summary>
    public static Range LastContent(IReadOnlyList<ChatMessage> messages)
    {
        int after = End.Length + 1;
        return ^(messages[^1].Content.Length + after)..^after;
    }
}
