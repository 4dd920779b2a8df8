using MolEngine.Engine.Tokenization;

namespace MolEngine.Evaluation;

/// <summary>
/// Exact match, as question answering counts it: an answer is right where it equals the expected one, letter case,
/// white space and punctuation around it apart. This is the only place that says so.
/// </summary>
public static class ExactMatch
{
    /// <summary>Punctuation by its category that is part of what it stands beside: -5, 5 %, #1.</summary>
    private const string Meaningful = "-\u2013%\u2030#&@*/\\_";

    public static bool IsRight(string answer, string expected) => Normalized(answer) == Normalized(expected);

    /// <summary>What is compared. A text of nothing but punctuation stays what it is.</summary>
    public static string Normalized(string text)
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
