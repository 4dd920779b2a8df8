using MolEngine.Basics.Values;
using MolEngine.Engine.Chat.Jinja;

namespace MolEngine.Engine.Chat;

/// <summary>
/// Finds what the assistant says where a template does not mark it: a turn begins behind the text that asks the
/// assistant to speak, and ends where the text of the turn ends. Exact, or refused.
/// </summary>
/// <param name="messages">The whole dialogue.</param>
/// <param name="whole">Its text.</param>
/// <param name="places">Where the template wrote each message in it.</param>
internal sealed class TurnByTurn(
    ChatTemplate template, IReadOnlyList<ChatMessage> messages, MapValue variables, string whole, MessagePlaces places)
{
    private const string Assistant = "assistant";
    private const string Content = "content";

    private PlacedChat? _marked;

    /// <summary>The spans of the assistant's turns, in order.</summary>
    /// <exception cref="ChatTemplateException">They cannot be told exactly; the message says why.</exception>
    public IReadOnlyList<TextSpan> Spans()
    {
        List<TextSpan> spans = [];
        for (int i = 0; i < messages.Count; i++)
        {
            if (messages[i].Role == Assistant)
                spans.Add(ByBeginnings(i) ?? ByPlace(i));
        }

        return spans;
    }

    /// <summary>
    /// A turn between beginnings of the dialogue that are rendered alone: those up to it, which ask the assistant to
    /// speak, and those with it. Null where their texts are no beginnings of the whole.
    /// </summary>
    internal TextSpan? ByBeginnings(int message)
    {
        string before = Asked(message);
        if (!whole.StartsWith(before, StringComparison.Ordinal))
            return null;
        try
        {
            string upTo = IsLast(message)
                ? whole
                : template.Render([.. messages.Take(message + 1)], variables, addGenerationPrompt: false).Text;
            return whole.StartsWith(upTo, StringComparison.Ordinal) && upTo.StartsWith(before, StringComparison.Ordinal)
                ? new TextSpan(before.Length, upTo.Length)
                : null;
        }
        catch (ChatTemplateException)
        {
            return null;
        }
    }

    /// <summary>
    /// A turn where the template wrote it, for templates that write a turn otherwise where the dialogue goes on: Qwen3,
    /// which lets earlier turns go without their thoughts. The last turn has all that follows.
    /// </summary>
    internal TextSpan ByPlace(int message)
    {
        if (places[message] is not { } place)
            throw Refusal(message, "the template does not write its turn in one place, in a loop over the messages");
        string turn = place.Of(whole), asks = Asking(message, place.Start);
        string? header = Header(message);
        int begin = turn.StartsWith(asks, StringComparison.Ordinal)
            ? asks.Length
            : header is not null && asks.StartsWith(header, StringComparison.Ordinal)
                && turn.StartsWith(header, StringComparison.Ordinal)
            ? header.Length
            : throw Refusal(message, "its turn does not begin with the text that asks the assistant to speak");
        return new TextSpan(place.Start + begin, IsLast(message) ? whole.Length : place.End);
    }

    private bool IsLast(int message) => message == messages.Count - 1;

    /// <summary>The messages before one, and what asks the assistant to speak.</summary>
    private string Asked(int message)
    {
        try
        {
            return template.Render([.. messages.Take(message)], variables, addGenerationPrompt: true).Text;
        }
        catch (ChatTemplateException e)
        {
            throw Refusal(message, $"the messages before it cannot be rendered alone: {e.Message}");
        }
    }

    /// <summary>What asks the assistant to speak, alone.</summary>
    /// <param name="start">Where the turn begins in the whole text.</param>
    private string Asking(int message, int start)
    {
        string asked = Asked(message);
        if (asked.StartsWith(whole[..start], StringComparison.Ordinal))
            return asked[start..];
        string before = template.Render([.. messages.Take(message)], variables, addGenerationPrompt: false).Text;
        return asked.StartsWith(before, StringComparison.Ordinal)
            ? asked[before.Length..]
            : throw Refusal(message, "what asks the assistant to speak cannot be told apart from the text before it");
    }

    /// <summary>
    /// What the template writes of a turn before its content; null where that is not in it as it is. Found by a word
    /// in the content's place, which must not turn up anywhere else.
    /// </summary>
    private string? Header(int message)
    {
        try
        {
            _marked ??= template.RenderPlaced(
                [.. messages.Select((m, i) => m.Role == Assistant ? WithWord(m, i) : m)], variables);
        }
        catch (ChatTemplateException e)
        {
            throw Refusal(message, $"the dialogue cannot be rendered with other contents: {e.Message}");
        }

        string text = _marked.Chat.Text, word = Word(message);
        int at = text.IndexOf(word, StringComparison.Ordinal);
        if (at < 0)
            return null;
        return _marked.Places[message] is { } place && at >= place.Start && at < place.End
                && text.IndexOf(word, at + 1, StringComparison.Ordinal) < 0
            ? text[place.Start..at]
            : throw Refusal(message, "the template writes its content in several places");
    }

    private static string Word(int message) => $"Zq{message}xKv";

    private static ChatMessage WithWord(ChatMessage message, int number)
    {
        var word = new TextValue(Word(number));
        DataValue? content = message.Fields[Content] switch
        {
            TextValue => word,
            ListValue => new ListValue([new MapValue([new("type", new TextValue("text")), new("text", word)])]),
            _ => null,
        };
        return content is null
            ? message
            : new(new MapValue([.. message.Fields.Entries.Select(e => e.Key == Content ? new(e.Key, content) : e)]));
    }

    private ChatTemplateException Refusal(int message, string reason) => new(
        $"{template.Name}: which part of the text the assistant speaks cannot be told exactly: message "
            + $"{message + 1}: {reason}. Take a template with {{% generation %}} blocks (chat_template), or train on "
            + "all of the text (train_on: all)");
}
