using System.Text;
using System.Text.RegularExpressions;

namespace MolEngine.Hub;

/// <summary>Patterns of names in a repository: <c>*</c>, <c>?</c>, <c>[a-z]</c>, <c>[!a-z]</c>.</summary>
internal static class Glob
{
    /// <summary>Whether a text is more than a name.</summary>
    public static bool IsPattern(string text) => text.AsSpan().ContainsAny('*', '?', '[');

    /// <summary>
    /// As <c>--include</c> of Hugging Face's own programs reads a pattern: <c>*</c> goes across slashes, and a folder
    /// (<c>data/</c>) is all that is in it.
    /// </summary>
    public static Func<string, bool> OfDownloads(string pattern) =>
        Matcher(pattern.EndsWith('/') ? pattern + "*" : pattern, star: ".*", one: ".");

    /// <summary>
    /// As fsspec reads the path of an address: <c>*</c> stays between slashes, <c>**</c> goes across them.
    /// </summary>
    public static Func<string, bool> OfPaths(string pattern) => Matcher(pattern, star: "[^/]*", one: "[^/]");

    private static Func<string, bool> Matcher(string pattern, string star, string one)
    {
        var regex = new StringBuilder("^");
        for (int i = 0; i < pattern.Length; i++)
        {
            string rest = pattern[i..];
            int close = rest.Length > 2 ? rest.IndexOf(']', rest[1] is '!' ? 3 : 2) : -1;
            if (rest.StartsWith("**/", StringComparison.Ordinal))
            {
                _ = regex.Append("(?:.*/)?");
                i += 2;
            }
            else if (rest.StartsWith("**", StringComparison.Ordinal))
            {
                _ = regex.Append(".*");
                i++;
            }
            else if (rest[0] == '[' && close > 0)
            {
                string inside = rest[1..close].Replace("\\", "\\\\", StringComparison.Ordinal)
                    .Replace("[", "\\[", StringComparison.Ordinal).Replace("^", "\\^", StringComparison.Ordinal);
                _ = regex.Append(inside[0] == '!' ? $"[^/{inside[1..]}]" : $"[{inside}]");
                i += close;
            }
            else
            {
                _ = regex.Append(rest[0] switch { '*' => star, '?' => one, char c => Regex.Escape($"{c}") });
            }
        }

        var made = new Regex(
            regex.Append("\\z").ToString(), RegexOptions.Singleline | RegexOptions.NonBacktracking);
        return made.IsMatch;
    }
}
