using System.Text.RegularExpressions;
using MolEngine.Basics.Values;

namespace MolEngine.Evaluation.Tasks.Documents;

/// <summary>
/// HellaSwag's records as lm-evaluation-harness prepares them (<c>tasks/hellaswag/utils.py</c>): the query is the
/// activity, the first context and the second one with a capital at its start (and small letters after it, as
/// Python's <c>capitalize</c> has it); marks in brackets, which WikiHow leaves behind, are taken out.
/// </summary>
internal static partial class HellaswagRecord
{
    /// <exception cref="UserException">A field is not there.</exception>
    public static MapValue Of(MapValue record, string place)
    {
        string second = Text("ctx_b");
        string context = $"{Text("ctx_a")} {Capitalized(second)}";
        if (record["endings"] is not ListValue endings)
            throw Lacks("endings", "a list of texts");
        DataValue[] cleaned = [.. endings.Items.Select(e => new TextValue(Cleaned(ValueTexts.Literal(e) ?? "")))];
        return new MapValue(
        [
            .. record.Entries.Where(e => e.Key is not ("endings" or "query")),
            new("query", new TextValue(Cleaned($"{Text("activity_label")}: {context}"))),
            new("endings", new ListValue(cleaned)),
        ]);

        string Text(string field) => record[field] is TextValue text ? text.Text : throw Lacks(field, "a text");

        UserException Lacks(string field, string expected) =>
            new($"{place}: {field}: HellaSwag: expected {expected}, got none");
    }

    internal static string Cleaned(string text) =>
        Bracketed().Replace(text.Trim().Replace(" [title]", ". "), "").Replace("  ", " ");

    private static string Capitalized(string text) =>
        text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..].ToLowerInvariant();

    [GeneratedRegex(@"\[.*?\]")]
    private static partial Regex Bracketed();
}
