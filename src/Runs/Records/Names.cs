using System.Globalization;

namespace MolEngine.Runs.Records;

/// <summary>Names that people gave, in running text.</summary>
internal static class Names
{
    /// <summary>Letters that a shortened name keeps; the whole name stands in the page's tables.</summary>
    private const int Longest = 32;

    /// <summary>A long name without its middle: names that somebody made of paths differ at their ends.</summary>
    public static string Shortened(string name)
    {
        var letters = new StringInfo(name);
        int length = letters.LengthInTextElements;
        int half = Longest / 2;
        return length <= Longest
            ? name
            : $"{letters.SubstringByTextElements(0, half)}\u2026{letters.SubstringByTextElements(length - half + 1)}";
    }

    /// <summary>A name as a heading begins: with a capital letter. A file may have one of no letters.</summary>
    public static string Heading(string name) =>
        name.Length == 0 ? "(no name)" : char.ToUpperInvariant(name[0]) + name[1..];

    /// <summary>
    /// A name between Unicode's first strong isolate and its end, so that one written from right to left does not turn
    /// the words around it. Where markup can stand, <c>bdi</c> does the same.
    /// </summary>
    public static string Inline(string name) => $"\u2068{Shortened(name)}\u2069";
}
