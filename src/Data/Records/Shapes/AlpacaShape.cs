using MolEngine.Basics.Values;
using MolEngine.Engine.Chat;

namespace MolEngine.Data.Records.Shapes;

/// <summary>Alpaca's instruction and output, with an input, a system text and the turns that came before.</summary>
internal sealed class AlpacaShape(bool isChat) : PairShape(isChat)
{
    private static readonly Field Instruction = Field.Usual("instruction"), Input = Field.Usual("input");
    private static readonly Field Output = Field.Usual("output"), SystemText = Field.Usual("system");
    private static readonly Field History = Field.Usual("history");

    public override ShapeName Name => ShapeName.Alpaca;

    public override IReadOnlyList<Field> Required { get; } = [Instruction, Output];

    public override CorpusRecord Read(RecordFields record)
    {
        string asks = record.Text(Instruction), input = record.OptionalText(Input, numbersToo: true);
        if (input.Length > 0)
            asks += Line + input;
        string output = record.Text(Output, numbersToo: true), system = record.OptionalText(SystemText);
        string[] before = [.. Earlier(record)];
        if (!IsChat)
        {
            string[] lines = [.. before, asks];
            return Pair(record, string.Join(Line, lines), output, system: system);
        }

        CorpusRecord last = Pair(record, asks, output, system: system);
        int at = system.Length > 0 ? 1 : 0;
        List<ChatMessage> messages = [.. last.Messages!];
        messages.InsertRange(
            at, before.Select((text, i) => new ChatMessage(i % 2 == 0 ? "user" : "assistant", text)));
        return last with { Messages = messages };
    }

    /// <summary>What was said before, user and assistant in turn.</summary>
    private static IEnumerable<string> Earlier(RecordFields record)
    {
        if (History.In(record.Values) is not { Value: not NullValue } history)
            yield break;
        if (history.Value is not ListValue { Items: var turns })
            throw record.Wrong(history.Path, "a list of [question, answer]", history.Value);
        for (int i = 0; i < turns.Count; i++)
        {
            if (turns[i] is not ListValue { Items: [var asks, var answers] })
                throw record.Wrong(history.Path.Then(i), "two texts [question, answer]", turns[i]);
            yield return record.Text(new FoundField(history.Path.Then(i).Then(0), asks));
            yield return record.Text(new FoundField(history.Path.Then(i).Then(1), answers));
        }
    }
}
