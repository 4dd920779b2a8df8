using System.Text.RegularExpressions;

namespace MolEngine.Basics.Text;

/// <summary>The Hugging Face Hub's grammar of a repository's id: an owner and a name, or a name alone.</summary>
public static partial class HubId
{
    /// <summary>Whether a text may be an id; <c>datasets</c> alone begins one.</summary>
    public static bool Is(string text) =>
        Pattern().IsMatch(text) && text is not "datasets" && !text.Contains("--", StringComparison.Ordinal)
        && !text.Contains("..", StringComparison.Ordinal);

    [GeneratedRegex(@"^(\w([\w.-]{0,94}\w)?/)?\w([\w.-]{0,94}\w)?\z", RegexOptions.ECMAScript)]
    private static partial Regex Pattern();
}
