using System.Text.RegularExpressions;

namespace MolEngine.Evaluation.Answers.Instructions;

/// <summary>
/// A regular expression that stands in a question's arguments: Google's checkers use keywords as patterns, as they are.
/// One that is no pattern is looked for as it is written.
/// </summary>
internal static class GivenPattern
{
    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    /// <summary>The pattern of a keyword, letter case apart; it may take <see cref="Limits.Pattern"/>.</summary>
    /// <param name="before">A pattern before it.</param>
    /// <param name="after">A pattern after it.</param>
    public static Regex Of(string keyword, string before = "", string after = "", RegexOptions options = Options)
    {
        try
        {
            return new Regex(before + keyword + after, options, Limits.Pattern);
        }
        catch (ArgumentException)
        {
            return new Regex(before + Regex.Escape(keyword) + after, options, Limits.Pattern);
        }
    }
}
