namespace MolEngine.Evaluation.Answers;

/// <summary>The letters that mark the options of a multiple-choice question.</summary>
internal static class OptionLetters
{
    /// <summary>The letters that a rule reads where its name has no argument.</summary>
    private const string Usual = "ABCD";

    /// <summary>The letters of an argument such as <c>ABCDE</c>; the usual four where it is empty.</summary>
    /// <exception cref="UserException">Anything but different capital letters from A to Z.</exception>
    public static string Of(string argument)
    {
        string letters = argument.Length == 0 ? Usual : argument;
        return letters.All(char.IsAsciiLetterUpper) && letters.Distinct().Count() == letters.Length
            ? letters
            : throw new UserException(
                $"rule of scoring: letters of options: expected different capital letters such as ABCDE, got "
                + $"\"{argument}\".");
    }

    /// <summary>
    /// Whether an extracted letter is the expected one, which may be written as <c>(B)</c> or <c>B.</c>.
    /// </summary>
    public static bool AreEqual(string extracted, string expected) =>
        extracted == expected.Trim(' ', '(', ')', '.', ':', '\n');
}
