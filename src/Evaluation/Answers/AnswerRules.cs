using MolEngine.Basics.Text;

namespace MolEngine.Evaluation.Answers;

/// <summary>
/// The rules of scoring by their names, as a task's file writes them: <c>math_value</c>, or with an argument after a
/// colon <c>first_option:ABCDE</c>.
/// </summary>
public static class AnswerRules
{
    /// <summary>A rule's name, and what makes it of its argument, which is empty where none is written.</summary>
    private static readonly Dictionary<string, Func<string, IAnswerRule>> Rules = new()
    {
        ["exact_match"] = Plain(new ExactMatch()),
        ["letter"] = letters => new Letter(OptionLetters.Of(letters)),
        ["answer_letter"] = letters => new AnswerLetter(OptionLetters.Of(letters)),
        ["first_option"] = letters => new FirstOption(OptionLetters.Of(letters)),
        ["first_capital"] = Plain(new FirstCapital()),
        ["answer_is"] = Plain(new AnswerIs()),
        ["yes_no_maybe"] = Plain(new YesNoMaybe()),
        ["gsm8k_strict"] = Plain(new Gsm8kStrict()),
        ["gsm8k_flexible"] = Plain(new Gsm8kFlexible()),
        ["gsm8k_cot"] = Plain(new Gsm8kCot()),
        ["gsm8k_opencompass"] = Plain(new Gsm8kOpenCompass()),
        ["minerva_math"] = Plain(new MinervaMath()),
        ["math_value"] = Plain(new MathValue()),
        ["aime"] = Plain(new Aime()),
    };

    /// <summary>The names of all rules.</summary>
    public static IReadOnlyCollection<string> Names => Rules.Keys;

    /// <summary>The rule of a name.</summary>
    /// <exception cref="UserException">
    /// A name that no rule has, an argument of a rule that takes none, or one that the rule cannot use.
    /// </exception>
    public static IAnswerRule Named(string name)
    {
        int colon = name.IndexOf(':');
        string rule = colon < 0 ? name : name[..colon];
        if (!Rules.TryGetValue(rule, out Func<string, IAnswerRule>? make))
        {
            string nearest = Nearest.Of(rule, Rules.Keys) is { } near ? $" Did you mean \"{near}\"?" : "";
            throw new UserException(
                $"rule of scoring: expected one of {string.Join(", ", Rules.Keys)}, got \"{rule}\".{nearest}");
        }

        return colon == name.Length - 1
            ? throw new UserException($"rule of scoring \"{name}\": expected an argument after the colon, got none.")
            : make(colon < 0 ? "" : name[(colon + 1)..]);
    }

    private static Func<string, IAnswerRule> Plain(IAnswerRule rule) => argument => argument.Length == 0
        ? rule
        : throw new UserException(
            $"rule of scoring {rule.GetType().Name}: expected no argument, got \"{argument}\". Remove the colon and "
            + "what follows.");
}
