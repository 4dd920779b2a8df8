using System.Text.Json;
using MolEngine.Basics.Values;
using MolEngine.Engine.Chat;
using MolEngine.Engine.Files;

namespace MolEngine.Engine.Tests.Chat;

/// <summary>Templates rendered with what stands in JSON.</summary>
internal static class Rendering
{
    public static MapValue Map(string json) => (MapValue)Value(json);

    public static DataValue Value(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return JsonValues.Of(document.RootElement);
    }

    public static IReadOnlyList<ChatMessage> Messages(string json) => Messages(Value(json));

    public static IReadOnlyList<ChatMessage> Messages(DataValue list) =>
        [.. ((ListValue)list).Items.Cast<MapValue>().Select(m => new ChatMessage(m))];

    /// <summary>What finds the turns of a dialogue without marks.</summary>
    public static TurnByTurn Turns(ChatTemplate template, IReadOnlyList<ChatMessage> messages, MapValue variables)
    {
        PlacedChat whole = template.RenderPlaced(messages, variables);
        return new(template, messages, variables, whole.Chat.Text, whole.Places);
    }

    /// <summary>What a template makes of variables alone.</summary>
    public static string Of(string template, string variables = "{}") =>
        ChatTemplate.Parse(template, "t").Render([], Map(variables), addGenerationPrompt: false).Text;

    /// <summary>What is wrong with a template, once it is read or rendered.</summary>
    public static string Error(string template, string variables = "{}") =>
        Assert.Throws<ChatTemplateException>(() => Of(template, variables)).Message;
}

/// <summary>A clock that stands still.</summary>
internal sealed class StoppedClock(DateTime now) : TimeProvider
{
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => new(now, TimeSpan.Zero);
}
