using MolEngine.Basics.Values;
using MolEngine.Engine.Chat;

namespace MolEngine.Data.Records.Shapes;

/// <summary>A prompt and what continues it: texts, or the messages of a dialogue.</summary>
internal sealed class PromptShape(Field prompt, Field completion, Field? system, Field tools, bool isChat)
    : PairShape(isChat)
{
    public override ShapeName Name => ShapeName.PromptCompletion;

    public override IReadOnlyList<Field> Required { get; } = [prompt, completion];

    public override CorpusRecord Read(RecordFields record)
    {
        FoundField first = prompt.In(record.Values)!.Value, then = completion.In(record.Values)!.Value;
        if (first.Value is not ListValue && then.Value is not ListValue)
        {
            return Pair(
                record, record.Text(first), record.Text(then, numbersToo: true), between: "",
                system: record.OptionalText(system));
        }

        List<ChatMessage> messages = [.. Turns(record, first, "user"), .. Turns(record, then, "assistant")];
        if (messages[0].Role != "system" && Dialogue.Of("system", record.OptionalText(system)) is { } said)
            messages.Insert(0, said);
        return new(null, messages, record.Line) { Variables = Dialogue.Variables(record, tools) };
    }

    private static List<ChatMessage> Turns(RecordFields record, FoundField field, string role) =>
        field.Value is TextValue ? [new(role, record.Text(field))] : Dialogue.Read(record, field);
}
