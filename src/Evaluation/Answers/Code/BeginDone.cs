using System.Text.RegularExpressions;

namespace MolEngine.Evaluation.Answers.Code;

/// <summary>
/// The code that OpenCompass's MBPPEvaluator finds: the first of twenty patterns that match, between [BEGIN] and [DONE]
/// with or without quotes, in fenced blocks, or of either mark alone; then cut at the next fence and at DONE, with \_
/// as _.
/// </summary>
/// <remarks>A pattern that takes longer than a second is passed over; OpenCompass gives each ten.</remarks>
internal sealed partial class BeginDone : ICodeExtraction
{
    private static readonly string[] Marks =
    [
        @"\[BEGIN\]\s*'(.*)'\s*\[DONE\]", @"BEGIN\s*'(.*)'\s*\[DONE\]", @"\[BEGIN\]\s*'(.*)'\s*DONE",
        @"BEGIN\s*'(.*)'\s*DONE", @"\[BEGIN\]\s*'(.*)\s*\[DONE\]", @"BEGIN\s*'(.*)\s*\[DONE\]",
        @"\[BEGIN\]\s*'(.*)\s*DONE", @"BEGIN\s*'(.*)\s*DONE", @"\[BEGIN\]\s*(.*)\s*\[DONE\]",
        @"BEGIN\s*(.*)\s*\[DONE\]", @"\[BEGIN\]\s*(.*)\s*DONE", @"BEGIN\s*(.*)\s*DONE", @"```python\s*(.*)\s*```",
        @"```\s*(.*)\s*```", @"```python\s*(.*)\s*$", @"```\s*(.*)\s*$", @"(.*)\s*```.*", @"\[BEGIN\]\s*'(.*)",
        @"\[BEGIN\](.*)", @"'(.*)'\s*\[DONE\]",
    ];

    private static readonly Regex[] Patterns =
    [
        .. Marks.Select(m => new Regex(
            m, RegexOptions.Singleline | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1))),
    ];

    public string Extract(string output)
    {
        string text = Patterns.Select(p => Found(p, output)).FirstOrDefault(f => f is not null) ?? output;
        return Done().Split(text.Split("```")[0], 2)[0].Replace(@"\_", "_").Trim();
    }

    private static string? Found(Regex pattern, string text)
    {
        try
        {
            return pattern.Match(text) is { Success: true } match ? match.Groups[1].Value : null;
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"'?\s*\[?DONE\]?")]
    private static partial Regex Done();
}
