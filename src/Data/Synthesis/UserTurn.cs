using MolEngine.Basics.Values;
using MolEngine.Engine.Chat;

namespace MolEngine.Data.Synthesis;

/// <summary>What a chat template writes around what the user says.</summary>
/// <param name="Before">All up to where the user speaks, the system's part included.</param>
/// <param name="After">From the end of the user's words to where the assistant speaks.</param>
internal sealed record UserTurn(string Before, string After)
{
    private const string Words = "Zq7xKvUser";

    /// <summary>The turn in a dialogue that begins with it.</summary>
    /// <param name="system">Null for what the template says of itself.</param>
    /// <exception cref="UserException">The template writes the user's words elsewhere, or not once.</exception>
    /// <exception cref="ChatTemplateException">The template refuses a system's message, or fails.</exception>
    public static UserTurn Of(ChatTemplate template, string? system, MapValue variables)
    {
        ChatMessage[] messages = system is null
            ? [new("user", Words)]
            : [new("system", system), new("user", Words)];
        string text = template.Render(messages, variables, addGenerationPrompt: true).Text;
        int at = text.IndexOf(Words, StringComparison.Ordinal);
        if (at < 0 || text.IndexOf(Words, at + 1, StringComparison.Ordinal) >= 0)
        {
            throw new UserException(
                $"{template.Name}: expected a chat template that writes what the user says once, got one that does "
                + "not. Users cannot be made up with it");
        }

        return new(text[..at], text[(at + Words.Length)..]);
    }
}
