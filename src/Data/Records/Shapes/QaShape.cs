using MolEngine.Basics.Values;

namespace MolEngine.Data.Records.Shapes;

/// <summary>A question and its answer, with the reasoning between them where there is one.</summary>
/// <param name="takesLists">Whether an answer may be a list of right ones: of what is asked, not of what is trained on.
/// </param>
internal sealed class QaShape(
    ShapeName name, Field question, Field answer, Field? reasoning, Field? system, bool isChat, bool takesLists = false)
    : PairShape(isChat)
{
    public override ShapeName Name => name;

    public override IReadOnlyList<Field> Required { get; } =
        name == ShapeName.Cot ? [question, reasoning!, answer] : [question, answer];

    /// <summary>Reasoning may be null or empty.</summary>
    public override ShapeFit Fit(RecordFields record) =>
        name == ShapeName.Cot && reasoning!.In(record.Values) is null
            ? ShapeFit.No
            : record.Fit([question, answer]);

    public override CorpusRecord Read(RecordFields record)
    {
        string[] accepted = Accepted(record);
        string answers = accepted.Length > 0 ? accepted[0] : record.Text(answer, numbersToo: true);
        return Pair(
            record, record.Text(question), answers, system: record.OptionalText(system),
            reasoning: record.OptionalText(reasoning)) with
        {
            Accepted = accepted,
        };
    }

    /// <summary>The answers of a list of them; none where the answer is no list.</summary>
    private string[] Accepted(RecordFields record)
    {
        if (!takesLists || answer.In(record.Values) is not { Value: ListValue list } found)
            return [];
        record.Use(list);
        return
        [
            .. list.Items.Select((item, i) => record.Text(new FoundField(found.Path.Then(i), item), numbersToo: true)),
        ];
    }
}
