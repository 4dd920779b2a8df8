using MolEngine.Engine.Chat;
using MolEngine.Evaluation.Answers;

namespace MolEngine.Evaluation;

/// <summary>A held-out question as the model sees it: the beginning of a training document of its shape.</summary>
/// <param name="Shown">For people: the user's last message, or all that stands before the answer.</param>
/// <param name="Expected">The answer as the record has it.</param>
/// <param name="Prompt">The tokens before the answer.</param>
/// <param name="Rest">
/// The end of the text before the answer that is in no token of <paramref name="Prompt"/>, as its token also holds the
/// answer's beginning: the model has to say it first. Mostly empty.
/// </param>
/// <param name="Document">All tokens of the document that question and answer make.</param>
public sealed record Question(string Shown, string Expected, int[] Prompt, string Rest, int[] Document)
{
    /// <summary>Rule of an answer that is a letter: `A) ...` says A.</summary>
    private const string Letters = "letter:ABCDEFGHIJ";

    /// <summary>Of a multiple choice question its options, the most probable of which is the answer; empty of others.
    /// </summary>
    public IReadOnlyList<QuestionOption> Options { get; init; } = [];

    /// <summary>Answers each of which is right; <see cref="Expected"/> is one.</summary>
    public IReadOnlyList<string> Accepted { get; init; } = [Expected];

    /// <summary>What the model writes its reasoning between; null where it has none.</summary>
    public ThinkMarks? Thinking { get; init; }

    /// <summary>Whether an answer is right: equal to an accepted one, or naming its letter where that is one.</summary>
    public bool IsRight(string answer)
    {
        bool isLetter = Options.Count == 0 && Accepted.All(a => a is [>= 'A' and <= 'J']);
        return AnswerRules.Named(isLetter ? Letters : "exact_match").Judge(answer, Accepted).IsRight;
    }

    /// <summary>
    /// What of a continuation is the answer: behind the reasoning, and up to its first line break, where the expected
    /// answer has none.
    /// </summary>
    /// <param name="ended">Whether nothing that follows could be a part of it.</param>
    public string AnswerIn(string continuation, out bool ended)
    {
        bool StartsWith(string text, string start) => text.StartsWith(start, StringComparison.Ordinal);
        ended = false;
        if (Thinking is { } marks && StartsWith(continuation.TrimStart(), marks.Open))
        {
            int close = continuation.IndexOf(marks.Close, StringComparison.Ordinal);
            if (close < 0)
                return continuation;
            continuation = continuation[(close + marks.Close.Length)..].TrimStart();
        }

        int start = StartsWith(continuation, Rest) ? Rest.Length
            : StartsWith(Rest, continuation) ? continuation.Length
            : 0;
        int end = Expected.Contains('\n') ? -1 : continuation.IndexOf('\n', start);
        ended = end >= 0;
        return ended ? continuation[start..end] : continuation[start..];
    }
}
