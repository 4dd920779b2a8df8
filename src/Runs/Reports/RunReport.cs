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

    /// <summary>What the page says of itself.</summary>
    public const string Footer =
        "Made by MolEngine from the files of this run directory. Logarithms are natural: cross-entropy (CE)\nand KL "
        + "divergence are in nats per token.";

    /// <summary>The style sheet of its parts.</summary>
    public static string Style => PageStyle.Sheet;

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
        foreach ((_, string part) in Parts(run).Where(p => p.Html.Length > 0))
            html.Add(new Markup(part));
        PageFrame.Close(html, Footer);
        return html.ToString();
    }

    /// <summary>The parts of the page in their order, each with a name of its own; one with nothing to tell is empty.
    /// </summary>
    public static IReadOnlyList<(string Name, string Html)> Parts(RunRecord run)
    {
        return
        [
            Part("summary", SummarySection.Add),
            Part("advice", AdviceSection.Add),
            Part("curves", CurvesSection.Add),
            Part("outcome", OutcomeSection.Add),
            Part("benchmarks", BenchmarksSection.Add),
            Part("questions", QuestionsSection.Add),
            Part("samples", SamplesSection.Add),
            Part("more-curves", CurvesSection.AddMore),
            Part("data", DataSection.Add),
            Part("config", ConfigSection.Add),
        ];

        (string, string) Part(string name, Action<HtmlPage, RunRecord> add)
        {
            var html = new HtmlPage();
            add(html, run);
            return (name, html.ToString().TrimEnd('\n'));
        }
    }
}
