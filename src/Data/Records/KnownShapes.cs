using MolEngine.Data.Records.Shapes;

namespace MolEngine.Data.Records;

/// <summary>The shapes that a corpus's records may have, the first that fits wins.</summary>
internal static class KnownShapes
{
    private static readonly Field System = Field.Usual("system"), Tools = Field.Usual("tools");

    /// <summary>Those that the config names, else the usual ones.</summary>
    public static IReadOnlyList<RecordShape> Of(CorpusSettings corpus)
    {
        bool isChat = corpus.Pairs == PairStyle.Chat;
        if (corpus.Template is { } template)
            return [new TemplateShape(template)];
        if (corpus.Fields is { } fields)
            return [.. Named(fields, isChat, corpus.NeedsAnswer)];
        return
        [
            .. Usual(isChat, corpus.NeedsAnswer).Where(s => corpus.Shape == ShapeName.Auto || s.Name == corpus.Shape)
                .Where(s => !corpus.NeedsAnswer || s.Name != ShapeName.Text),
        ];
    }

    private static IEnumerable<RecordShape> Usual(bool isChat, bool asks) =>
    [
        new MessagesShape(ShapeName.Messages, Field.Usual("messages"), System, Tools),
        new MessagesShape(ShapeName.Sharegpt, Field.Usual("conversations"), System, Tools),
        new TextShape(Field.Usual("text")),
        new MultipleChoiceShape(Field.Usual("question"), null, null, isChat),
        new QaShape(
            ShapeName.Cot, Field.Usual("Question"), Field.Usual("Response"), Field.Usual("Complex_CoT"), null, isChat),
        new AlpacaShape(isChat),
        new PromptShape(Field.Usual("prompt"), Field.Usual("completion"), System, Tools, isChat),
        Qa("question", "answer", isChat, asks),
        Qa("problem", "solution", isChat, asks),
        Qa("problem", "answer", isChat, asks),
    ];

    private static QaShape Qa(string question, string answer, bool isChat, bool asks) =>
        new(ShapeName.Qa, Field.Usual(question), Field.Usual(answer), null, System, isChat, asks);

    private static IEnumerable<RecordShape> Named(FieldMap map, bool isChat, bool asks)
    {
        Field system = map.System is { } name ? Field.Named(name) : System;
        if (map.Messages is { } messages)
            yield return new MessagesShape(ShapeName.Messages, Field.Named(messages), system, Tools);
        if (map.Text is { } text)
            yield return new TextShape(Field.Named(text));
        if (map is { Prompt: { } prompt, Completion: { } completion })
            yield return new PromptShape(Field.Named(prompt), Field.Named(completion), system, Tools, isChat);
        if (map is not { Question: { } question, Answer: { } answer })
            yield break;
        yield return map.Options is { } options
            ? new MultipleChoiceShape(Field.Named(question), Field.Named(options), Field.Named(answer), isChat)
            : new QaShape(
                ShapeName.Qa, Field.Named(question), Field.Named(answer),
                map.Reasoning is { } reasoning ? Field.Named(reasoning) : null, system, isChat, asks);
    }
}
