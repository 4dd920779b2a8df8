namespace MolEngine.Evaluation.Answers;

/// <summary>
/// AIME's answers as lm-evaluation-harness reads them (lm_eval/tasks/aime): the last box, else all between the first
/// and the last dollar sign, else the whole text; compared as texts after the normalisation of Hendrycks's MATH.
/// </summary>
/// <remarks>Also, since all answers are integers: 073 is 73.</remarks>
public sealed class Aime : IAnswerRule
{
    public Verdict Judge(string output, IReadOnlyList<string> expected)
    {
        int first = output.IndexOf('$'), last = output.LastIndexOf('$');
        string answer = BoxedText.Last(output) ?? (first < last ? output[(first + 1)..last] : output);
        return Verdict.Of(answer, expected, (a, e) => Integer(a) == Integer(e));
    }

    private static string Integer(string text)
    {
        string plain = HendrycksText.Normalized(text).Trim();
        return plain.Length > 1 && plain.All(char.IsAsciiDigit) ? plain[..^1].TrimStart('0') + plain[^1] : plain;
    }
}
