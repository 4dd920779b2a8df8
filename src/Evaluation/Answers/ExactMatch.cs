using MolEngine.Engine.Tokenization;

namespace MolEngine.Evaluation.Answers;

/// <summary>
/// Exact match, as question answering counts it: an answer is right where it equals an accepted one, letter case,
/// white space and punctuation around it apart. This is the only place that says so.
/// </summary>
public sealed class ExactMatch : IAnswerRule
{
    /// <summary>Punctuation by its category that is part of what it stands beside: -5, 5 %, #1.</summary>
    private const string Meaningful = "-\u2013%\u2030#&@*/\\_";

    public Verdict Judge(string output, IReadOnlyList<string> expected) =>
        Verdict.Of(output, expected, (o, e) => Normalized(o) == Normalized(e));

    /// <summary>What is compared. A text of nothing but punctuation stays what it is.</summary>
    private static string Normalized(string text)
    {
        string whole = Nfc.Normalize(text).ToLowerInvariant().Trim();
        int start = 0, end = whole.Length;
        while (start < end && IsAround(whole[start]))
            start++;
        while (end > start && IsAround(whole[end - 1]))
            end--;
        return start == end ? whole : whole[start..end];
    }

    private static bool IsAround(char c) =>
        char.IsWhiteSpace(c) || (char.IsPunctuation(c) && !Meaningful.Contains(c));
}
