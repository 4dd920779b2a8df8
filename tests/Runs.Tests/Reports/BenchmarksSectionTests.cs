using System.Xml.Linq;
using MolEngine.Runs.Records;
using MolEngine.Runs.Reports;

namespace MolEngine.Runs.Tests.Reports;

public sealed class BenchmarksSectionTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public BenchmarksSectionTests() => _folder.Write("config.yaml", "model: m\n");

    public void Dispose() => _folder.Dispose();

    /// <summary>Scores of the first round and the last, each task as it was asked, with interval and n.</summary>
    [Fact]
    public void Benchmarks_are_told_before_and_after()
    {
        Assert.Empty(Rows());
        RunFacts.Write(_folder.Root,
        [
            new BenchmarkScore("quiz<1>", "acc", "0 shots", 0, 0.25, 0.2, 0.3, 40),
            new BenchmarkScore("quiz<1>", "acc", "0 shots", 2, 0.9, 0.8, 0.95, 40),
            new BenchmarkScore("quiz<1>", "acc", "0 shots", 4, 0.5, 0.4, 0.6, 40),
            new BenchmarkScore("late", "acc", "5 shots", 4, 0.5, 0.4, 0.6, 7),
        ]);
        Assert.Equal(4, RunFacts.Benchmarks(_folder.Root).Count);
        Assert.Equal(
            [
                "quiz<1>acc, 40 items; 0 shots|0.25000.2000 to 0.3000step 0|0.50000.4000 to 0.6000step 4|+0.2500",
                "lateacc, 7 items; 5 shots|0.50000.4000 to 0.6000step 4|not yet|–",
            ],
            Rows());
    }

    [Fact]
    public void What_cannot_be_read_is_told()
    {
        _folder.Write("benchmarks.json", "[{\"task\": \"x\"}]");
        Assert.Empty(RunFacts.Benchmarks(_folder.Root));
        Assert.Empty(Rows());
        Assert.Contains("benchmarks.json could not be read", RunReport.Render(RunRecordReader.Read(_folder.Root)));
    }

    private string[] Rows()
    {
        string html = RunReport.Render(RunRecordReader.Read(_folder.Root));
        XElement page = XElement.Parse(html[html.IndexOf("<html", StringComparison.Ordinal)..]);
        return
        [
            .. page.Descendants("section").Where(s => (string?)s.Attribute("id") == "benchmarks")
                .SelectMany(s => s.Descendants("tbody").Single().Elements("tr"))
                .Select(r => string.Join('|', r.Elements().Select(c => c.Value))),
        ];
    }
}
