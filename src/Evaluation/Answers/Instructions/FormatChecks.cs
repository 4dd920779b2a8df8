using System.Text.Json;
using System.Text.RegularExpressions;

namespace MolEngine.Evaluation.Answers.Instructions;

/// <summary>What a response is made up of: lists, sections, titles, JSON, placeholders, a postscript.</summary>
internal static partial class FormatChecks
{
    private static readonly string[] ConstrainedAnswers =
        ["My answer is yes.", "My answer is no.", "My answer is maybe."];

    private static readonly string[] JsonFences = ["```json", "```Json", "```JSON", "```"];

    public static Func<string, bool> Placeholders(InstructionArguments arguments)
    {
        int least = arguments.Number("num_placeholders");
        return response => Placeholder().Count(response) >= least;
    }

    public static Func<string, bool> Postscript(InstructionArguments arguments)
    {
        string marker = arguments.Text("postscript_marker").Trim();
        Regex pattern = marker switch
        {
            "P.P.S" => PostPostscript(),
            "P.S." => PlainPostscript(),
            _ => GivenPattern.Of(
                marker.ToLowerInvariant(), @"\s*", ".*$", RegexOptions.Multiline | RegexOptions.CultureInvariant),
        };
        return response => pattern.IsMatch(response.ToLowerInvariant());
    }

    public static Func<string, bool> Bullets(InstructionArguments arguments)
    {
        int expected = arguments.Number("num_bullets");
        return response => Asterisk().Count(response) + Dash().Count(response) == expected;
    }

    public static Func<string, bool> Constrained(InstructionArguments arguments) =>
        response => ConstrainedAnswers.Any(a => response.Contains(a, StringComparison.Ordinal));

    /// <summary>
    /// Counts *one* and **two**; a double one is seen by both patterns where nothing stands in its outer pairs.
    /// </summary>
    public static Func<string, bool> Highlights(InstructionArguments arguments)
    {
        int least = arguments.Number("num_highlights");
        return response =>
            Single().Matches(response).Count(m => m.Value.Trim('*').Trim().Length > 0)
            + Double().Matches(response).Count(m => m.Value[2..^2].Trim().Length > 0) >= least;
    }

    public static Func<string, bool> Sections(InstructionArguments arguments)
    {
        int least = arguments.Number("num_sections");
        Regex splitter = GivenPattern.Of(
            arguments.Text("section_spliter").Trim(), @"\s?", @"\s?\d+\s?", RegexOptions.CultureInvariant);
        return response => splitter.Count(response) >= least;
    }

    /// <summary>
    /// Whether the response is JSON, in a fence or not. NaN and infinities are, as they are for Python.
    /// </summary>
    public static Func<string, bool> Json(InstructionArguments arguments) => response =>
    {
        string text = response.Trim();
        foreach (string fence in JsonFences)
            text = text.StartsWith(fence, StringComparison.Ordinal) ? text[fence.Length..] : text;
        if (text.EndsWith("```", StringComparison.Ordinal))
            text = text[..^3];
        try
        {
            JsonDocument.Parse(PythonNumber().Replace(text.Trim(), "0")).Dispose();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    };

    public static Func<string, bool> Title(InstructionArguments arguments) =>
        response => AngularTitle().Matches(response)
            .Any(m => m.Value.TrimStart('<').TrimEnd('>').Trim().Length > 0);

    /// <summary>Two different responses with ****** between them; empty ones only at the ends.</summary>
    public static Func<string, bool> TwoResponses(InstructionArguments arguments) => response =>
    {
        string[] parts = response.Split("******");
        string[] full = [.. parts.Select(p => p.Trim()).Where(p => p.Length > 0)];
        bool emptyInside = parts.Skip(1).SkipLast(1).Any(p => p.Trim().Length == 0);
        return !emptyInside && full.Length == 2 && full[0] != full[1];
    };

    [GeneratedRegex(@"\[.*?\]")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"\s*p\.\s?p\.\s?s.*$", RegexOptions.Multiline)]
    private static partial Regex PostPostscript();

    [GeneratedRegex(@"\s*p\.\s?s\..*$", RegexOptions.Multiline)]
    private static partial Regex PlainPostscript();

    [GeneratedRegex(@"^\s*\*[^\*].*$", RegexOptions.Multiline)]
    private static partial Regex Asterisk();

    [GeneratedRegex(@"^\s*-.*$", RegexOptions.Multiline)]
    private static partial Regex Dash();

    [GeneratedRegex(@"\*[^\n\*]*\*")]
    private static partial Regex Single();

    [GeneratedRegex(@"\*\*[^\n\*]*\*\*")]
    private static partial Regex Double();

    [GeneratedRegex(@"(?<=[\s:\[,]|^)(?:NaN|-?Infinity)(?=[\s,\]}]|$)")]
    private static partial Regex PythonNumber();

    [GeneratedRegex(@"<<[^\n]+>>")]
    private static partial Regex AngularTitle();
}
