using System.Text.RegularExpressions;

namespace MolEngine.Evaluation.Answers;

/// <summary>
/// How lm-evaluation-harness compares the numbers of GSM8K: as texts, after commas, dollar signs, all up to
/// <c>#### </c> and a final dot are removed, letter case apart (lm_eval/tasks/gsm8k).
/// </summary>
internal static partial class Gsm8kNumbers
{
    /// <summary>Whether two texts are equal after what does not count is removed.</summary>
    /// <param name="expected">A number, or a solution that ends with <c>#### </c> and the number.</param>
    public static bool AreEqual(string extracted, string expected) => Cleaned(extracted) == Cleaned(expected);

    private static string Cleaned(string text) => Ignored().Replace(text, "").Trim().ToLowerInvariant();

    [GeneratedRegex(@",|\$|^.*#### |\.$", RegexOptions.Singleline)]
    private static partial Regex Ignored();
}
