using System.Text.RegularExpressions;

namespace MolEngine.Data.Synthesis;

/// <summary>Finds users' turns in which a model has spoken as the assistant instead.</summary>
public static partial class Roles
{
    /// <summary>Whether a user's turn offers help, or answers, in English or Chinese.</summary>
    public static bool IsAssistant(string user)
    {
        string text = user.Trim().Replace('\u2019', '\'');
        return Offer().IsMatch(text) || Beginning().IsMatch(text);
    }

    [GeneratedRegex(
        @"\bhow (?:can|may) i (?:help|assist) you\b"
        + @"|\bas an? (?:ai|artificial intelligence|large|language)(?: language)?(?: model| assistant)?,? i\b"
        + "|(?:请问)?有什么(?:我)?可以(?:帮助|帮到|帮)您",
        RegexOptions.IgnoreCase)]
    private static partial Regex Offer();

    [GeneratedRegex(
        @"^(?:(?:sure|certainly|of course|absolutely)\s*[,!.:]"
        + @"|(?:i'?m|i am) (?:here|happy|ready|glad) to (?:help|assist)\b"
        + @"|i'?d be (?:happy|glad|delighted) to (?:help|assist)\b"
        + @"|(?:assistant|answer|response|reply)\s*:)",
        RegexOptions.IgnoreCase)]
    private static partial Regex Beginning();
}
