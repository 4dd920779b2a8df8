using MolEngine.Data;
using MolEngine.Data.Records;
using MolEngine.Engine.Tokenization;

namespace MolEngine.Evaluation;

/// <summary>Reads questions: the records of a corpus that have an answer, rendered by the same code.</summary>
public static class QuestionFile
{
    /// <exception cref="UserException">A record that fits nothing, or that is no question with an answer.</exception>
    public static IReadOnlyList<Question> Read(CorpusSettings file, DocumentTokenizer texts, Tokenizer tokenizer)
    {
        file = file.WithPairs(texts.Writer.HasOwnTemplate);
        return [.. new RecordReader(file).ReadAll().Select(r => Of(r.Record, file, r.File.Path, texts, tokenizer))];
    }

    private static Question Of(
        CorpusRecord record, CorpusSettings file, string path, DocumentTokenizer texts, Tokenizer tokenizer)
    {
        if (texts.Writer.Ask(record, file, path) is not { } before)
        {
            throw new UserException(
                $"{path}:{record.Line}: question: expected an answer after all of the question (a last message of the "
                + "assistant; in a template, a last field that stands there once), got none");
        }

        int[] document = texts.Document(texts.Writer.Write(record, file, path));
        int[] asked = texts.Beginning(before, record.IsChat);
        if (before.Length == 0)
            throw Empty("question");
        string expected = record.Messages is { } all ? all[^1].Content : record.Text![record.Answer!.Value];
        if (string.IsNullOrWhiteSpace(expected))
            throw Empty("answer");

        // A dialogue is asked as programs that serve the model ask; a text stops where its answer begins.
        (int[] prompt, string rest) = record.IsChat ? (asked, "") : Split(before, asked, document, tokenizer);
        string shown = record.Messages is { Count: > 1 } messages ? messages[^2].Content : before.Trim();
        return new Question(shown, expected.Trim(), prompt, rest, document)
        {
            Options = Options(record, before, texts, path),
            Accepted = record.Accepted.Count > 0 ? record.Accepted : [expected.Trim()],
            Thinking = record.IsChat ? texts.Writer.Thinking : null,
        };

        UserException Empty(string what) =>
            new($"{path}:{record.Line}: {what}: expected a text, got an empty one");
    }

    /// <summary>The options with the ids of their labels, as evaluations make ids of choices: blanks before a label are
    /// scored with it.</summary>
    private static IReadOnlyList<QuestionOption> Options(
        CorpusRecord record, string before, DocumentTokenizer texts, string path)
    {
        if (record.Choices is not { } choices)
            return [];
        int[] context = texts.Beginning(before.TrimEnd(), record.IsChat);
        int[][] whole = [.. choices.Labels.Select(l => texts.Beginning(before + l, record.IsChat))];
        if (context.Length == 0 || whole.Any(w => w.Length <= context.Length))
        {
            throw new UserException(
                $"{path}:{record.Line}: options: expected labels with tokens of their own, got "
                    + string.Join(", ", choices.Labels));
        }

        return [.. whole.Select((w, i) => new QuestionOption(choices.Line(i), context, w[context.Length..]))];
    }

    /// <summary>
    /// What the model is shown, and the question's text that it is left to say: the document's own tokens as far as
    /// they hold nothing of the answer. Blanks and marks at the border may be cut otherwise in the question alone; a
    /// document whose first token already holds some of the answer leaves the question's own tokens, all of them.
    /// </summary>
    private static (int[] Shown, string Left) Split(string question, int[] asked, int[] document, Tokenizer tokenizer)
    {
        int shown = document.AsSpan().CommonPrefixLength(asked);
        string? text = null;
        for (int n = shown; n < document.Length && text?.Length != question.Length; n++)
        {
            string longer = tokenizer.Decode(document.AsSpan(0, n + 1), skipSpecialTokens: false);
            if (!question.StartsWith(longer, StringComparison.Ordinal))
                break;
            (shown, text) = (n + 1, longer);
        }

        return shown == 0
            ? (asked, "")
            : (document[..shown], text is null ? tokenizer.Decode(asked.AsSpan(shown), skipSpecialTokens: false)
                : question[text.Length..]);
    }
}
