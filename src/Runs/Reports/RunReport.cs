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

    /// <summary>Writes, or replaces, the report of a run directory from the files in it.</summary>
    /// <param name="facts">What run.json is about to hold; null is what it holds.</param>
    /// <exception cref="UserException">The folder holds no run, or cannot be read or written.</exception>
    public static void Write(string runDirectory, string? facts = null) => DurableFiles.WriteText(
        Path.Combine(runDirectory, FileName), Render(RunRecordReader.Read(runDirectory, facts)));

    /// <summary>The whole page.</summary>
    public static string Render(RunRecord run)
    {
        var html = new HtmlPage();
        PageFrame.Open(html, run.Name);
        SummarySection.Add(html, run);
        CurvesSection.Add(html, run);
        OutcomeSection.Add(html, run);
        BenchmarksSection.Add(html, run);
        QuestionsSection.Add(html, run);
        SamplesSection.Add(html, run);
        CurvesSection.AddMore(html, run);
        DataSection.Add(html, run);
        ConfigSection.Add(html, run);
        PageFrame.Close(
            html, "Made by MolEngine from the files of this run directory. Logarithms are natural: cross-entropy (CE)\n"
                + "and KL divergence are in nats per token.");
        return html.ToString();
    }
}
