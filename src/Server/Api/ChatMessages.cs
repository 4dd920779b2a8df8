using System.Text.Json;
using MolEngine.Basics.Values;
using MolEngine.Engine.Chat;
using MolEngine.Engine.Files;

namespace MolEngine.Server.Api;

/// <summary>Reads a dialogue as OpenAI's API writes it, for a chat template to write.</summary>
internal static class ChatMessages
{
    private static readonly string[] Roles = ["system", "developer", "user", "assistant", "tool"];

    /// <exception cref="ApiException">Names the message and its field.</exception>
    public static IReadOnlyList<ChatMessage> Read(RequestFields fields)
    {
        IReadOnlyList<DataValue> given = fields.List("messages") ?? [];
        if (given.Count == 0)
            throw ApiException.Field("messages", "expected at least one message, got none");
        var messages = new List<ChatMessage>();
        for (int i = 0; i < given.Count; i++)
        {
            string path = $"messages[{i}]";
            if (given[i] is not MapValue map)
                throw ApiException.Field(path, $"expected an object, got {RequestFields.Shown(given[i])}");
            messages.Add(Message(new RequestFields(map, path)));
        }

        return messages;
    }

    private static ChatMessage Message(RequestFields message)
    {
        string role = message.RequiredText("role");
        if (!Roles.Contains(role))
        {
            throw ApiException.Field(
                message.PathOf("role"), $"expected one of {string.Join(", ", Roles)}, got \"{role}\"");
        }

        ListValue? calls = Calls(message);
        TextValue? content = Content(message);
        if (content is null && !(role == "assistant" && calls is not null))
            throw ApiException.Field(message.PathOf("content"), "expected a text, got none");
        OrderedDictionary<string, DataValue> read = [];
        foreach ((string name, DataValue value) in message.Value.Entries.Where(e => e.Value is not NullValue))
        {
            read[name] = name switch
            {
                // Templates know the older name alone.
                "role" => new TextValue(role == "developer" ? "system" : role),
                "content" => content!,
                "tool_calls" => calls!,
                _ => value,
            };
        }

        return new ChatMessage(new MapValue([.. read]));
    }

    /// <summary>A text, or the texts of parts one after the other.</summary>
    private static TextValue? Content(RequestFields message)
    {
        string path = message.PathOf("content");
        switch (message["content"])
        {
            case null:
                return null;
            case TextValue text:
                return text;
            case ListValue parts:
                return new TextValue(string.Concat(parts.Items.Select((p, i) => Part(p, $"{path}[{i}]"))));
            case { } other:
                throw message.Wrong("content", "a string or a list of parts", other);
        }
    }

    private static string Part(DataValue part, string path)
    {
        if (part is not MapValue map)
            throw ApiException.Field(path, $"expected an object, got {RequestFields.Shown(part)}");
        var fields = new RequestFields(map, path);
        string type = fields.RequiredText("type");
        return type == "text"
            ? fields.RequiredText("text")
            : throw new ApiException(
                400, $"{path}.type: expected \"text\", got \"{type}\": the model reads text alone", path,
                "unsupported_content");
    }

    /// <summary>Calls of tools, their arguments as an object: so templates write them.</summary>
    private static ListValue? Calls(RequestFields message)
    {
        if (message.List("tool_calls") is not { } calls)
            return null;
        return new ListValue([.. calls.Select((c, i) => Call(c, $"{message.PathOf("tool_calls")}[{i}]"))]);
    }

    private static MapValue Call(DataValue call, string path)
    {
        if (call is not MapValue map)
            throw ApiException.Field(path, $"expected an object, got {RequestFields.Shown(call)}");
        RequestFields function = new RequestFields(map, path).Map("function")
            ?? throw ApiException.Field($"{path}.function", "expected an object, got none");
        function.RequiredText("name");
        if (function["arguments"] is not TextValue { Text: var written })
            return map;
        DataValue arguments = Arguments(written, function.PathOf("arguments"));
        return With(map, "function", With(function.Value, "arguments", arguments));
    }

    private static DataValue Arguments(string written, string path)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(written);
            if (json.RootElement.ValueKind == JsonValueKind.Object)
                return JsonValues.Of(json.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Told below, as any other text that is no object.
        }

        throw ApiException.Field(path, "expected a JSON object as a string, got another text");
    }

    private static MapValue With(MapValue map, string name, DataValue value) =>
        new([.. map.Entries.Select(e => e.Key == name ? new(name, value) : e)]);
}
