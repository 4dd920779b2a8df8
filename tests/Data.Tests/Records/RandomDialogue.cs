using MolEngine.Basics.Values;
using MolEngine.Engine.Chat;

namespace MolEngine.Data.Tests.Records;

/// <summary>Records that become dialogues, of any shape and with all that messages may have; no text comes twice.
/// </summary>
internal sealed class RandomDialogue(System.Random random)
{
    private int _texts;

    public MapValue Record() => random.Next(6) switch
    {
        0 => new([new("Question", Text()), new("Complex_CoT", Text()), new("Response", Text())]),
        1 => new(
        [
            new("instruction", Text()), new("input", Text()), new("output", Text()), new("system", Text()),
            new("history", new ListValue([new ListValue([Text(), Text()])])),
        ]),
        2 => new(
        [
            new("question", Text()), new("options", new ListValue([Text(), Text(), Text()])),
            new("answer", new TextValue("B")), new("why", Text()),
        ]),
        3 => new([new("conversations", Turns("from", "value", "human", "gpt")), new("system", Text())]),
        _ => new(
        [
            new("messages", Turns("role", "content", "user", "assistant")),
            .. Maybe("tools", () => new ListValue([Tool()])), .. Maybe("source", Text),
        ]),
    };

    private ListValue Turns(string role, string content, string asks, string answers) => new(
    [
        .. Enumerable.Range(0, 1 + random.Next(2)).SelectMany(_ => (MapValue[])
        [
            new([new(role, new TextValue(asks)), new(content, Content()), .. Maybe("name", Text)]),
            new(
            [
                new(role, new TextValue(answers)), new(content, Thought()), .. Maybe(ThinkMarks.Field, Text),
                .. Maybe("tool_calls", () => new ListValue([Call()])),
                .. Maybe("weight", () => new NumberValue($"{++_texts}77")),
            ]),
        ]),
    ]);

    private KeyValuePair<string, DataValue>[] Maybe(string name, Func<DataValue> value) =>
        random.Next(4) == 0 ? [new(name, value())] : [];

    private DataValue Content() => random.Next(4) > 0 ? Text() : new ListValue(
        [new MapValue([new("type", new TextValue("text")), new("text", Text())])]);

    private TextValue Thought() => new(
        random.Next(4) > 0 ? $"t{++_texts}t" : $"<think>t{++_texts}t</think> t{++_texts}t");

    private MapValue Call() => new(
    [
        new("id", Text()), new("type", new TextValue("function")), new("function", new MapValue(
            [new("name", Text()), new("arguments", new MapValue([new("k", Text())]))])),
    ]);

    private MapValue Tool() => new(
    [
        new("type", new TextValue("function")), new("function", new MapValue(
        [
            new("name", Text()), new("description", Text()), new("parameters", new MapValue(
                [new("type", new TextValue("object")), new("properties", MapValue.Empty)])),
        ])),
    ]);

    private TextValue Text() => new($"t{++_texts}t");
}
