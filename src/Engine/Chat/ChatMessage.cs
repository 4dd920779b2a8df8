using MolEngine.Basics.Values;

namespace MolEngine.Engine.Chat;

/// <summary>A turn of a dialogue, with all that its record says of it: a chat template reads what it knows.</summary>
/// <param name="Fields">
/// <c>role</c>, <c>content</c> (a text, or a list of parts of which those of type <c>text</c> hold one) and whatever
/// else the message has: <c>reasoning_content</c>, <c>tool_calls</c>, <c>name</c>.
/// </param>
public sealed record ChatMessage(MapValue Fields)
{
    public ChatMessage(string role, string content)
        : this(new MapValue([new("role", new TextValue(role)), new("content", new TextValue(content))]))
    {
    }

    /// <summary>Who speaks; empty where the message does not say.</summary>
    public string Role => Fields["role"] is TextValue role ? role.Text : "";

    /// <summary>
    /// What is said: the text, or the texts of the parts, one after the other; empty where there is none.
    /// </summary>
    public string Content => Fields["content"] switch
    {
        TextValue content => content.Text,
        ListValue parts => string.Concat(parts.Items.OfType<MapValue>().Select(p => (p["text"] as TextValue)?.Text)),
        _ => "",
    };

    /// <summary>The message with <see cref="Content"/> in the place of its parts; itself where it has none.</summary>
    public ChatMessage WithWholeContent() => Fields["content"] is not ListValue
        ? this
        : new(new MapValue(
            [.. Fields.Entries.Select(e => e.Key == "content" ? new(e.Key, new TextValue(Content)) : e)]));
}
