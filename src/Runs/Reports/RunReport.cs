using MolEngine.Basics.Files;
using MolEngine.Runs.Records;

namespace MolEngine.Runs.Reports;

/// <summary>
/// report.html: a run on one page that needs nothing but itself: no network, no script. The same run directory gives
/// the same bytes.
/// </summary>
public static class RunReport
{
    public const string FileName = "report.html";

    /// <summary>Styles from the page itself and nothing else from anywhere: the browser holds the page to it.</summary>
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'";

    /// <summary>Writes, or replaces, the report of a run directory from the files in it.</summary>
    /// <param name="facts">What run.json is about to hold; null is what it holds.</param>
    /// <exception cref="UserException">The folder holds no run, or cannot be read or written.</exception>
    public static void Write(string runDirectory, string? facts = null) => DurableFiles.WriteText(
        Path.Combine(runDirectory, FileName), Render(RunRecordReader.Read(runDirectory, facts)));

    /// <summary>The whole page.</summary>
    public static string Render(RunRecord run)
    {
        var html = new HtmlPage();
        html.Add(
            $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <meta http-equiv="Content-Security-Policy" content="{Policy}" />
            <title>{run.Name} – MolEngine</title>
            <style>
            {new Markup(PageStyle.Sheet)}
            </style>
            </head>
            <body>
            <main>
            """);
        SummarySection.Add(html, run);
        OutcomeSection.Add(html, run);
        QuestionsSection.Add(html, run);
        CurvesSection.Add(html, run);
        DataSection.Add(html, run);
        SamplesSection.Add(html, run);
        ConfigSection.Add(html, run);
        html.Add(
            $"""
            <footer>Made by MolEngine from the files of this run directory. Logarithms are natural: cross-entropy (CE)
            and KL divergence are in nats per token.</footer>
            </main>
            </body>
            </html>
            """);
        return html.ToString();
    }
}
