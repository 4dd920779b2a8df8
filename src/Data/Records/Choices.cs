using MolEngine.Basics.Values;
using MolEngine.Data.Records.Shapes;

namespace MolEngine.Data.Records;

/// <summary>The options of a multiple choice question, in whatever way its record has them.</summary>
/// <param name="Labels">"A", "B", ...</param>
/// <param name="Texts">One for each label.</param>
public sealed record Choices(IReadOnlyList<string> Labels, IReadOnlyList<string> Texts)
{
    /// <summary>Whether every text begins with its own label, as "A. ...", "A) ..." or "(A) ...".</summary>
    private bool AreLabelled { get; } = Labels.Zip(Texts).All(o => OptionMark.Length(o.Second, o.First) > 0);

    /// <summary>An option as a line of a question, and of its answer.</summary>
    public string Line(int place) => AreLabelled ? Texts[place] : $"{Labels[place]}. {Texts[place]}";

    /// <summary>The options; null where the record has none, or fewer than two.</summary>
    /// <param name="path">The field that holds them: a list, a map of labels, or lists of labels and texts; null looks
    /// for the usual fields, and for a column of each letter.</param>
    public static Choices? Of(MapValue record, string? path)
    {
        IReadOnlyList<ChoiceOption>? found = ChoiceOptions.Of(record, path is null ? null : Field.Named(path));
        return found is null ? null : new Choices(
            [.. found.Select(o => o.Label)], [.. found.Select(o => ValueTexts.Literal(o.Text.Value)!)]);
    }

    /// <summary>Place of the option that an answer means: by its label, its text, or its place from 0; null where it
    /// means none.</summary>
    public int? Chosen(DataValue answer) => ChoiceOptions.Chosen(
        [.. Labels.Zip(Texts, (l, t) => new ChoiceOption(l, new FoundField(ValuePath.Root, new TextValue(t))))],
        answer);

    /// <summary>The field that says which option is right, by its usual names; null where there is none.</summary>
    public static DataValue? UsualAnswer(MapValue record) => MultipleChoiceShape.UsualAnswerIn(record);
}
