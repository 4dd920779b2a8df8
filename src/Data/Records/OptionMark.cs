namespace MolEngine.Data.Records;

/// <summary>The mark with which the text of an option may begin: "A. ", "A) ", "(A) ", "[a] ", "1: " or "A、".</summary>
internal static class OptionMark
{
    /// <summary>Options that have letters.</summary>
    public const int MostLetters = 26;

    private static readonly Func<int, string>[] Series = [Label, i => Label(i).ToLowerInvariant(), i => $"{i + 1}"];

    /// <summary>The label of an option that has none of its own: A, B, ..., Z, then 27.</summary>
    /// <param name="index">Its place, from 0.</param>
    public static string Label(int index) => index < MostLetters ? $"{(char)('A' + index)}" : $"{index + 1}";

    /// <summary>Characters of a label's mark at the beginning of a text, white space after it included; 0: there is
    /// none. A number's needs white space or brackets: "1.5" is a text.</summary>
    public static int Length(string text, string label)
    {
        char open = text.Length > 0 && text[0] is '(' or '[' or '（' ? text[0] : '\0';
        int start = open == '\0' ? 0 : 1, end = start + label.Length;
        if (label.Length == 0 || end >= text.Length || string.CompareOrdinal(text, start, label, 0, label.Length) != 0
            || !Closes(open, text[end]))
            return 0;
        end++;
        int blank = end;
        while (end < text.Length && char.IsWhiteSpace(text[end]))
            end++;
        bool isNumber = char.IsAsciiDigit(label[^1]) && open == '\0';
        return isNumber && end == blank && end < text.Length ? 0 : end;
    }

    /// <summary>A text without its label's mark.</summary>
    public static string Without(string text, string label) => text[Length(text, label)..];

    /// <summary>The labels that texts begin with, one after the other: A, B, ..., or a, b, ..., or 1, 2, ...; null
    /// where one has another or none.</summary>
    public static IReadOnlyList<string>? LabelsOf(IReadOnlyList<string> texts)
    {
        Func<int, string>? series = Array.Find(Series, s => texts.Index().All(t => Length(t.Item, s(t.Index)) > 0));
        return series is null ? null : [.. texts.Select((_, i) => series(i))];
    }

    private static bool Closes(char open, char c) => open switch
    {
        '(' => c == ')',
        '[' => c == ']',
        '（' => c is '）' or ')',
        _ => c is '.' or ')' or ':' or '、' or '．' or '：' or '）',
    };
}
