namespace MolEngine.Evaluation.Answers;

/// <summary>The first capital letter of the text, of any script, as OpenCompass reads C-Eval's answers.</summary>
public sealed class FirstCapital : IAnswerRule
{
    public Verdict Judge(string output, IReadOnlyList<string> expected)
    {
        foreach (char c in output)
        {
            if (char.IsUpper(c))
                return Verdict.Of(c.ToString(), expected, OptionLetters.AreEqual);
        }

        return Verdict.NoAnswer;
    }
}
