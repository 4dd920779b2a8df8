namespace MolEngine.Data.Records;

internal enum ShapeKind
{
    Messages,
    Text,
    PromptCompletion,
    QuestionAnswer,
    Template,
}

/// <summary>A shape that a record may have: the fields that it takes, all of them.</summary>
internal sealed record RecordShape(ShapeKind Kind, IReadOnlyList<string> Fields)
{
    /// <summary>
    /// The shapes that a corpus's records may have, the first that fits wins: those that the config names, else the
    /// usual ones.
    /// </summary>
    public static IReadOnlyList<RecordShape> Of(CorpusSettings corpus, RecordTemplate? template)
    {
        if (template is not null)
            return [new(ShapeKind.Template, template.Fields)];
        FieldMap map = corpus.Fields ?? FieldMap.Usual;
        var shapes = new List<RecordShape>();
        Add(ShapeKind.Messages, map.Messages);
        Add(ShapeKind.Text, map.Text);
        Add(ShapeKind.PromptCompletion, map.Prompt, map.Completion);
        Add(ShapeKind.QuestionAnswer, map.Question, map.Answer);
        return shapes;

        void Add(ShapeKind kind, params string?[] fields)
        {
            if (fields.All(f => f is not null))
                shapes.Add(new(kind, fields!));
        }
    }

    /// <summary>As errors show it: "prompt" and "completion".</summary>
    public override string ToString() => string.Join(" and ", Fields.Select(f => $"\"{f}\""));
}
