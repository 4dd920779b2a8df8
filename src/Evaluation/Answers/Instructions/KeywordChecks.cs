using System.Text.RegularExpressions;

namespace MolEngine.Evaluation.Answers.Instructions;

/// <summary>Words and letters that a response must have, or not.</summary>
internal static class KeywordChecks
{
    public static Func<string, bool> Existence(InstructionArguments arguments)
    {
        Regex[] keywords = [.. arguments.Texts("keywords").Select(k => GivenPattern.Of(k))];
        return response => keywords.All(k => k.IsMatch(response));
    }

    public static Func<string, bool> Frequency(InstructionArguments arguments)
    {
        Regex keyword = GivenPattern.Of(arguments.Text("keyword").Trim());
        Func<int, bool> count = arguments.Count("relation", "frequency");
        return response => count(keyword.Count(response));
    }

    public static Func<string, bool> Forbidden(InstructionArguments arguments)
    {
        Regex[] words = [.. arguments.Texts("forbidden_words").Select(w => GivenPattern.Of(w, @"\b", @"\b"))];
        return response => !words.Any(w => w.IsMatch(response));
    }

    /// <remarks>
    /// The data also has signs such as <c>#</c>, for which Google's checker draws a letter at random; here the sign
    /// itself is counted.
    /// </remarks>
    public static Func<string, bool> LetterFrequency(InstructionArguments arguments)
    {
        string letter = arguments.Text("letter").Trim().ToLowerInvariant();
        Func<int, bool> count = arguments.Count("let_relation", "let_frequency");
        return response => count(Regex.Count(response.ToLowerInvariant(), Regex.Escape(letter)));
    }
}
