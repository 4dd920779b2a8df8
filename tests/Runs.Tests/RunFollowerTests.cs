using MolEngine.Runs.Records;
using MolEngine.Runs.Reports;
using MolEngine.Runs.Tests.Reports;

namespace MolEngine.Runs.Tests;

/// <summary>A run as who follows it sees it.</summary>
public sealed class RunFollowerTests : ReportCase
{
    [Fact]
    public void Every_state_of_a_run_is_told_in_words()
    {
        string run = Path.Combine(Root, "run");
        var follower = new RunFollower(run);
        Assert.Equal("Not begun: R holds no run yet. This page waits for it.", Status());
        Assert.Null(follower.Record);

        RunDirectory.Make(run);
        using (RunLock.Take(run))
        {
            RunDirectory.Create(run, "steps: 400\n");
            Assert.Equal("Running: before its first step", Status());
            string metrics = Path.Combine(run, "metrics.jsonl");
            File.WriteAllText(metrics, """{"step":1,"tokens":100,"tokens_per_second":50}""" + "\n");
            Assert.Equal("Running: step 1 of 400, about 13\u00a0min\u00a018\u00a0s left", Status());
            File.AppendAllText(metrics, """{"step":2,"tok""");
            Assert.Equal("Running: step 1 of 400, about 13\u00a0min\u00a018\u00a0s left", Status());
            Assert.Empty(follower.Record!.Faults);
        }

        Assert.Equal("Stopped before its end: step 1 of 400. To go on: C", Status());
        Assert.Contains("cut off", Assert.Single(follower.Record.Faults));
        File.WriteAllText(Path.Combine(run, "run.json"), """{"steps": 1, "finished": "2026-01-01T00:00:00Z"}""");
        Assert.Equal("Ended: step 1. This page is as it will stay.", Status());
        Directory.Delete(run, recursive: true);
        Assert.Equal("Removed: R is no run any more. What is below is the last that was seen of it.", Status());
        Assert.NotNull(follower.Record);

        string Status()
        {
            follower.Look();
            return LiveStatus.Of(follower, "R", "C");
        }
    }

    /// <summary>The page of a run is its parts, one after the other.</summary>
    [Fact]
    public void The_parts_are_the_page()
    {
        WriteRun("medical", "books");
        Write("advice.json", """[{"step": 3, "rule": "plateau", "corpus": "medical", "text": "it <stands> still"}]""");
        RunRecord record = RunRecordReader.Read(Root);
        string page = RunReport.Render(record);
        IReadOnlyList<(string Name, string Html)> parts = RunReport.Parts(record);
        Assert.Contains(
            $"<main>\n{string.Join('\n', parts.Where(p => p.Html.Length > 0).Select(p => p.Html))}\n<footer>", page);
        Assert.Equal(
            ["advice", "curves", "outcome", "samples", "more-curves", "data", "config"],
            Page().Descendants("section").Select(s => s.Attribute("id")!.Value));
        Assert.Contains("<dt>after step 3</dt><dd dir=\"auto\">It &lt;stands&gt; still.</dd>", page);
    }

    /// <summary>What is saved is another state than the last: that is what came after training.</summary>
    [Fact]
    public void A_run_that_saved_an_earlier_state_is_reported_by_it()
    {
        WriteRun("medical", "books");
        File.AppendAllText(
            Path.Combine(Root, "metrics.jsonl"),
            """{"step":8,"validation":true,"ce":{"medical":9,"books":9},"kl":{"medical":9,"books":9}}""" + "\n");
        Write(
            "run.json",
            """{"stopped_early": "after step 8 it <rose>", "exported_step": 4, "exported": "the <best>"}""");
        RunRecord record = RunRecordReader.Read(Root);
        Assert.Equal([2.4, 3.51], Outcome.Of(record).Select(o => o.Ce!.Last.Y));
        Assert.Equal([2.4, 3.51], ClosingTable.Of(record)!.Corpora.Select(c => c.CeAfter));
        string page = RunReport.Render(record);
        Assert.Contains("<p>Training stopped early: after step 8 it &lt;rose&gt;.</p>", page);
        Assert.Contains("Saved, as the best validation's, is the &lt;best&gt;. What", page.Replace("&#39;", "'"));
        Assert.DoesNotContain("Exported", page);
    }
}
