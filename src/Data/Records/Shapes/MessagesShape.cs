using MolEngine.Engine.Chat;

namespace MolEngine.Data.Records.Shapes;

/// <summary>A list of messages, with a system text and tools beside it.</summary>
internal sealed class MessagesShape(ShapeName name, Field messages, Field system, Field tools) : RecordShape
{
    public override ShapeName Name => name;

    public override IReadOnlyList<Field> Required { get; } = [messages];

    public override CorpusRecord Read(RecordFields record)
    {
        List<ChatMessage> dialogue = Dialogue.Read(record, messages.In(record.Values)!.Value);

        // A dialogue that begins with its own system message keeps it; the field is then told as one not used.
        if (dialogue[0].Role != "system" && Dialogue.Of("system", record.OptionalText(system)) is { } first)
            dialogue.Insert(0, first);
        return new(null, dialogue, record.Line) { Variables = Dialogue.Variables(record, tools) };
    }
}
