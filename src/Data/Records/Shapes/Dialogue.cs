using MolEngine.Basics.Values;
using MolEngine.Data.Files;
using MolEngine.Engine.Chat;

namespace MolEngine.Data.Records.Shapes;

/// <summary>
/// Reads lists of messages: <c>role</c> and <c>content</c>, or ShareGPT's <c>from</c> and <c>value</c>. All else that a
/// message has stays in it, for the chat template.
/// </summary>
internal static class Dialogue
{
    private const string OpenAi = "{\"role\": ..., \"content\": ...}";

    /// <summary>What ShareGPT's files call who speaks.</summary>
    private static readonly Dictionary<string, string> Roles = new()
    {
        ["human"] = "user",
        ["user"] = "user",
        ["gpt"] = "assistant",
        ["assistant"] = "assistant",
        ["chatgpt"] = "assistant",
        ["bing"] = "assistant",
        ["model"] = "assistant",
        ["bard"] = "assistant",
        ["system"] = "system",
        ["tool"] = "tool",
        ["observation"] = "tool",
        ["function_response"] = "tool",
        ["function"] = "tool",
    };

    /// <summary>Fields with which an assistant's message need not say anything.</summary>
    public static readonly IReadOnlyList<string> Calls = ["tool_calls", "function_call"];

    /// <summary>Fields that hold what is no text.</summary>
    private static readonly string[] Media = ["images", "image", "videos", "video", "audios", "audio"];

    /// <summary>The messages of a list.</summary>
    /// <exception cref="BadRecordException">It is none, or a message cannot be used.</exception>
    public static List<ChatMessage> Read(RecordFields record, FoundField list)
    {
        if (Listed(record, list.Value) is not { Items: var items })
            throw record.Wrong(list.Path, $"a list of messages {OpenAi}", list.Value);
        if (items.Count == 0)
            throw record.Wrong(list.Path, "at least one message", "an empty list");
        RefuseMedia(record, record.Values, ValuePath.Root);
        return [.. items.Select((m, i) => Message(record, m, list.Path.Then(i)))];
    }

    /// <summary>A message that the record's own fields make; null where it would say nothing.</summary>
    public static ChatMessage? Of(string role, string text) => text.Length == 0 ? null : new(role, text);

    /// <summary>What a record has for the chat template beside its messages.</summary>
    public static MapValue Variables(RecordFields record, Field tools)
    {
        if (tools.In(record.Values) is not { } found || ValueTexts.Of(found.Value).Count == 0)
            return MapValue.Empty;
        record.Keep(found.Value);
        return new([new("tools", Listed(record, found.Value) ?? found.Value)]);
    }

    /// <summary>A list, or the list that a text is as JSON; null where it is neither.</summary>
    private static ListValue? Listed(RecordFields record, DataValue value)
    {
        if (value is not TextValue text || JsonText.List(text.Text) is not { } list)
            return value as ListValue;

        // What of it the template leaves out is told when it is rendered.
        record.Use(text);
        return list;
    }

    private static ChatMessage Message(RecordFields record, DataValue value, ValuePath path)
    {
        if (value is not MapValue message)
            throw record.Wrong(path, $"an object {OpenAi}", value);
        bool isShareGpt = message["role"] is null && message["from"] is not null;
        (string roleKey, string contentKey) = isShareGpt ? ("from", "value") : ("role", "content");
        if (message[roleKey] is not TextValue { Text.Length: > 0 } role)
        {
            throw record.Wrong(
                path.Then(roleKey), "a name as user or assistant", message[roleKey] is TextValue ? "an empty one"
                    : RecordFields.KindOf(message[roleKey]), message[roleKey] is not null);
        }

        RefuseMedia(record, message, path);
        DataValue? content = message[contentKey];
        bool calls = Calls.Any(c => message[c] is { } call && ValueTexts.Of(call).Count > 0);
        if (!(calls && content is null or NullValue))
            content = Text(record, content, path.Then(contentKey));
        record.Keep(message);
        record.Use(role);
        string name = isShareGpt ? Known(record, role, path) : role.Text;
        return new(new MapValue(
        [
            .. message.Entries.Select(e => e.Key == roleKey ? new("role", new TextValue(name))
                : e.Key == contentKey ? new("content", content!) : e),
        ]));
    }

    private static string Known(RecordFields record, TextValue role, ValuePath path) =>
        Roles.TryGetValue(role.Text, out string? known)
            ? known
            : throw record.Wrong(
                path.Then("from"), $"one of {string.Join(", ", Roles.Keys)}", $"\"{role.Text}\"", advice: "A call of a "
                    + "tool is written as tool_calls of a message {\"role\": \"assistant\", ...}");

    /// <summary>A content: a text, or a list of parts that hold texts, each under <c>text</c>.</summary>
    private static DataValue Text(RecordFields record, DataValue? content, ValuePath path)
    {
        if (content is TextValue)
        {
            record.Use(content);
            return content;
        }

        if (content is not ListValue parts)
            throw record.Wrong(path, "a string", content);
        return new ListValue([.. parts.Items.Select((p, i) => Part(record, p, path.Then(i)))]);
    }

    /// <summary>LLaMA-Factory's parts have their text under <c>value</c>.</summary>
    private static MapValue Part(RecordFields record, DataValue value, ValuePath path)
    {
        var part = value as MapValue;
        if (part?["type"] is null or TextValue { Text: "text" })
        {
            string key = part?["text"] is null ? "value" : "text";
            if (part?[key] is TextValue text)
            {
                record.Use(text);
                record.Use(part["type"] ?? NullValue.Instance);
                return new([.. part.Entries.Select(e => e.Key == key ? new("text", e.Value) : e)]);
            }
        }

        string got = part?["type"] is TextValue type ? $"one of type {type.Text}" : RecordFields.KindOf(value);
        throw record.Wrong(
            path, "a part {\"type\": \"text\", \"text\": ...}", got, advice: "Only text is trained on");
    }

    private static void RefuseMedia(RecordFields record, MapValue map, ValuePath path)
    {
        foreach (string name in Media)
        {
            if (map[name] is { } media && ValueTexts.Of(media).Count > 0)
            {
                throw record.Wrong(
                    path.Then(name), "a dialogue of texts", "one with images, sound or video", advice: "Only text is "
                        + "trained on: take such records out");
            }
        }
    }
}
