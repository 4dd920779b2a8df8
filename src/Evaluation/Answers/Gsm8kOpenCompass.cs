using System.Globalization;
using System.Text.RegularExpressions;

namespace MolEngine.Evaluation.Answers;

/// <summary>
/// The last number before any new <c>Question:</c>, within 1e-6 of the expected integer, as OpenCompass scores GSM8K.
/// </summary>
/// <remarks>It does not join thousands: of <c>10,000</c> the number is 000, which is wrong there, too.</remarks>
public sealed partial class Gsm8kOpenCompass : IAnswerRule
{
    private const double Tolerance = 1e-6;

    public Verdict Judge(string output, IReadOnlyList<string> expected)
    {
        MatchCollection matches = Number().Matches(output.Split("Question:")[0]);
        return Verdict.Of(matches.Count > 0 ? matches[^1].Value : null, expected, AreEqual);
    }

    private static bool AreEqual(string extracted, string expected)
    {
        string gold = expected.Split("#### ")[^1].Replace(",", "").Trim();
        return extracted == gold
            || (double.TryParse(extracted, NumberStyles.Float, null, out double a)
                && double.TryParse(gold, NumberStyles.Float, null, out double b) && Math.Abs(a - b) < Tolerance);
    }

    [GeneratedRegex(@"-?[0-9]+\.[0-9]+|-?[0-9]+")]
    private static partial Regex Number();
}
