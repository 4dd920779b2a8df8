using MolEngine.Basics.Values;
using MolEngine.Engine.Chat;

namespace MolEngine.Data.Records.Shapes;

/// <summary>A document as the config's template writes it.</summary>
internal sealed class TemplateShape : RecordShape
{
    private readonly (string? Role, RecordTemplate Text)[] _turns;

    public TemplateShape(TemplateSettings template)
    {
        _turns = [.. template.Turns.Select(t => (t.Role, new RecordTemplate(t.Text)))];
        Required =
        [
            .. _turns.SelectMany(t => t.Text.Fields.Where((_, i) => t.Text.Needs(i))).Distinct().Select(Field.Named),
        ];
    }

    public override ShapeName Name => ShapeName.Template;

    public override IReadOnlyList<Field> Required { get; }

    /// <summary>A template of optional parts alone fits every record that has one of its fields.</summary>
    public override ShapeFit Fit(RecordFields record) => Required.Count > 0 ? record.Fit(Required)
        : _turns.SelectMany(t => t.Text.Fields).Any(f => Field.Named(f).In(record.Values) is not null) ? ShapeFit.Full
        : ShapeFit.No;

    public override CorpusRecord Read(RecordFields record)
    {
        if (_turns is [(null, var whole)])
        {
            (string text, Range? last) = Render(whole, record);
            return new(text, null, record.Line) { Answer = last };
        }

        var messages = new List<ChatMessage>();
        foreach ((string? role, RecordTemplate template) in _turns)
        {
            (string text, _) = Render(template, record);

            // A turn of optional parts that are all left out is none; an empty answer is one, as its record says.
            bool needs = Enumerable.Range(0, template.Fields.Count).Any(template.Needs);
            if (text.Length > 0 || needs)
                messages.Add(new(role!, text));
        }

        return messages.Count > 0
            ? new(null, messages, record.Line)
            : throw record.Wrong(ValuePath.Root, "a field of the template that holds something", "none");
    }

    private static (string Text, Range? Last) Render(RecordTemplate template, RecordFields record) =>
        template.Render([.. template.Fields.Select((name, i) => template.Needs(i)
            ? record.Text(Field.Named(name), numbersToo: true)
            : record.OptionalText(Field.Named(name), numbersToo: true))]);
}
