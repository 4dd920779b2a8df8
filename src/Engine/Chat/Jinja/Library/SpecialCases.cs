namespace MolEngine.Engine.Chat.Jinja.Library;

/// <summary>Characters whose other case .NET does not have, or has as another: Unicode's SpecialCasing.</summary>
internal static class SpecialCases
{
    public static string Upper(string text, int at) => CaseRules.At(text, at).ToUpperInvariant();

    public static string Lower(string text, int at) => CaseRules.At(text, at).ToLowerInvariant();

    public static string Title(string text, int at) => CaseRules.At(text, at).ToUpperInvariant();
}
