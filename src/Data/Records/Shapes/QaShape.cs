namespace MolEngine.Data.Records.Shapes;

/// <summary>A question and its answer, with the reasoning between them where there is one.</summary>
internal sealed class QaShape(
    ShapeName name, Field question, Field answer, Field? reasoning, Field? system, bool isChat) : PairShape(isChat)
{
    public override ShapeName Name => name;

    public override IReadOnlyList<Field> Required { get; } =
        name == ShapeName.Cot ? [question, reasoning!, answer] : [question, answer];

    /// <summary>Reasoning may be null or empty.</summary>
    public override ShapeFit Fit(RecordFields record) =>
        name == ShapeName.Cot && reasoning!.In(record.Values) is null
            ? ShapeFit.No
            : record.Fit([question, answer]);

    public override CorpusRecord Read(RecordFields record) => Pair(
        record, record.Text(question), record.Text(answer, numbersToo: true), system: record.OptionalText(system),
        reasoning: record.OptionalText(reasoning));
}
