using MolEngine.Basics.Values;

namespace MolEngine.Engine.Chat;

/// <summary>
/// Finds what the assistant says by rendering beginnings of a dialogue, for templates that do not mark it.
/// </summary>
internal static class TurnByTurn
{
    private const string Assistant = "assistant";

    /// <summary>
    /// The spans of the assistant's turns. A turn begins behind the text of the messages before it that asks the
    /// assistant to speak, and ends where the text of the messages up to it ends.
    /// </summary>
    /// <param name="whole">The text of all messages.</param>
    /// <exception cref="ChatTemplateException">Those texts are no beginnings of the whole.</exception>
    public static IReadOnlyList<TextSpan> Spans(
        ChatTemplate template, IReadOnlyList<ChatMessage> messages, MapValue variables, string whole)
    {
        List<TextSpan> spans = [];
        for (int i = 0; i < messages.Count; i++)
        {
            if (messages[i].Role != Assistant)
                continue;
            string before = Rendered(i, addGenerationPrompt: true);
            string upTo = i == messages.Count - 1 ? whole : Rendered(i + 1, addGenerationPrompt: false);
            if (!whole.StartsWith(upTo, StringComparison.Ordinal))
            {
                throw Refusal(
                    i, "its turn has another text where the dialogue ends with it than where the dialogue goes on");
            }

            if (!upTo.StartsWith(before, StringComparison.Ordinal))
                throw Refusal(i, "its turn does not begin with the text that asks the assistant to speak");
            spans.Add(new TextSpan(before.Length, upTo.Length));
        }

        return spans;

        string Rendered(int count, bool addGenerationPrompt)
        {
            try
            {
                return template.Render([.. messages.Take(count)], variables, addGenerationPrompt).Text;
            }
            catch (ChatTemplateException e)
            {
                throw Refusal(count, $"the messages before it cannot be rendered alone: {e.Message}");
            }
        }

        ChatTemplateException Refusal(int index, string reason) => new(
            $"{template.Name}: which part of the text the assistant speaks cannot be told exactly: message "
                + $"{index + 1}: {reason}. Take a template with {{% generation %}} blocks (chat_template), or train on "
                + "all of the text (train_on: all)");
    }
}
