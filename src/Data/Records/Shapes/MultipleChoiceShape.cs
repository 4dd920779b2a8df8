using MolEngine.Basics.Values;

namespace MolEngine.Data.Records.Shapes;

/// <summary>
/// A question with options, and which of them is right: asked with a line <c>A. text</c> for each option, answered with
/// the right one's.
/// </summary>
/// <param name="named">The field that holds the options; null: any of the usual ones.</param>
/// <param name="answer">The field that says which is right; null: any of the usual ones.</param>
internal sealed class MultipleChoiceShape(Field question, Field? named, Field? answer, bool isChat)
    : PairShape(isChat)
{
    /// <summary>Those that name an option come before the one that may be a text.</summary>
    private static readonly Field[] UsualAnswers =
    [
        .. new[] { "answer_idx", "answer_index", "answerKey", "cop", "answer", "label" }.Select(Field.Usual),
    ];

    private readonly Field[] _answers = answer is null ? UsualAnswers : [answer];

    public override ShapeName Name => ShapeName.MultipleChoice;

    public override IReadOnlyList<Field> Required { get; } =
        [question, named ?? Field.Usual("options"), answer ?? Field.Usual("answer")];

    public override ShapeFit Fit(RecordFields record) =>
        ChoiceOptions.Of(record.Values, named) is null || Answers(record).Length == 0
            ? ShapeFit.No
            : record.Fit([question]);

    public override CorpusRecord Read(RecordFields record)
    {
        IReadOnlyList<ChoiceOption> choices = ChoiceOptions.Of(record.Values, named)!;
        string asks = record.Text(question);
        if (ChoiceOptions.In(record.Values, named) is { Value: TextValue cell })
            record.Use(cell);
        var options = new Choices(
            [.. choices.Select(c => c.Label)], [.. choices.Select(c => record.Text(c.Text, numbersToo: true))]);
        string[] lines = [.. choices.Select((_, i) => options.Line(i))];
        foreach (ChoiceOption choice in choices.Where(c => c.LabelValue is not null))
            record.Use(choice.LabelValue!);
        return Pair(record, string.Join(Line, [asks, .. lines]), lines[Right(record, choices)]) with
        {
            Choices = options,
        };
    }

    /// <summary>What the first of the usual fields that name the right option says; null: there is none.</summary>
    internal static DataValue? UsualAnswerIn(MapValue record) => UsualAnswers
        .Select(a => a.In(record)?.Value).FirstOrDefault(v => v is not (null or NullValue));

    private FoundField[] Answers(RecordFields record) =>
    [
        .. _answers.Select(a => a.In(record.Values)).OfType<FoundField>().Where(f => f.Value is not NullValue),
    ];

    /// <summary>Place of the right option: what the first field says; another may not say otherwise.</summary>
    private int Right(RecordFields record, IReadOnlyList<ChoiceOption> choices)
    {
        int? right = null;
        foreach (FoundField field in Answers(record))
        {
            int? said = ChoiceOptions.Chosen(choices, field.Value);
            if (said is null && right is null)
            {
                string labels = string.Join(", ", choices.Select(c => c.Label));
                throw record.Wrong(
                    field.Path, $"one of the options: {labels}, its text, or its place from 0 to {choices.Count - 1}",
                    ValueTexts.Literal(field.Value) is { } text ? $"\"{text}\"" : RecordFields.KindOf(field.Value));
            }

            if (said is not null && right is not null && said != right)
            {
                throw record.Wrong(
                    field.Path, $"the option {choices[right.Value].Label} as the field before it says",
                    $"\"{ValueTexts.Literal(field.Value)}\"");
            }

            if (said is not null)
                record.Use(field.Value);
            right ??= said;
        }

        return right!.Value;
    }
}
