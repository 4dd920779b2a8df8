using MolEngine.Data.Languages;

namespace MolEngine.Evaluation.Answers.Instructions;

/// <summary>The language of a response, and its letter case.</summary>
internal static class CaseChecks
{
    private const string English = "en";

    /// <summary>A response whose language cannot be told follows, as with Google's checker.</summary>
    public static Func<string, bool> Language(InstructionArguments arguments)
    {
        string language = arguments.Text("language");
        return response => IsIn(response, language);
    }

    public static Func<string, bool> CapitalWords(InstructionArguments arguments)
    {
        Func<int, bool> count = arguments.Count("capital_relation", "capital_frequency");
        return response => count(WordTokenizer.Words(response).Count(IsUpper));
    }

    public static Func<string, bool> AllCapital(InstructionArguments arguments) =>
        response => IsUpper(response) && IsIn(response, English);

    public static Func<string, bool> AllLowercase(InstructionArguments arguments) =>
        response => IsLower(response) && IsIn(response, English);

    private static bool IsIn(string response, string language) =>
        LanguageIdentifier.Of(response) is not { } found || found == language;

    /// <summary>Python's isupper: some letter has a case, and none has the small one.</summary>
    private static bool IsUpper(string text) => text.Any(char.IsUpper) && !text.Any(char.IsLower);

    /// <summary>Python's islower.</summary>
    private static bool IsLower(string text) => text.Any(char.IsLower) && !text.Any(char.IsUpper);
}
