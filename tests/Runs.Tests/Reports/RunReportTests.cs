using System.Xml.Linq;
using MolEngine.Runs.Reports;

namespace MolEngine.Runs.Tests.Reports;

public sealed class RunReportTests : ReportCase
{
    private const string Evil = "<script>alert('x')</script> & \"中文\" نص";

    [Fact]
    public void A_run_comes_out_whole()
    {
        WriteRun("medical", "books");
        Write(
            "held_out.json",
            $"[{HeldOut("medical", "domain", 3, 2.4, 0.3)},{HeldOut("books", "general", 3.5, 3.51, 0.02)}]");
        XElement page = Page();
        Assert.Equal("Learned the domain, kept the general", ByClass(page, "headline").Value);
        string summary = page.Descendants("header").Single().Value;
        Assert.Contains(
            "Learned \u2068medical\u2069: cross-entropy went from 3.000 to 2.400 nats per token (−20.0\u00a0%) "
                + "(−0.6000 nats a token, 95\u00a0% −0.6000 to −0.6000, n\u00a0=\u00a08 documents, sign test "
                + "p\u00a0=\u00a00.008).",
            summary);
        Assert.Contains(
            "Kept \u2068books\u2069: cross-entropy went from 3.500 to 3.510 nats per token (+0.3\u00a0%) (", summary);
        Assert.Contains(
            "Stayed what it was on \u2068books\u2069: +0.02000 nats a token away from the base (KL over the whole",
            summary);
        Assert.Equal(
            [
                "validation-ce", "validation-kl", "train-ce", "loss", "train-kl", "validation-kl-classes", "grad-norm",
                "learning-rate", "speed",
            ],
            page.Descendants("figure").Select(f => f.Attribute("id")!.Value));
        Assert.Equal(
            ["Cross-entropy KL to the base model", "Corpus step 0 step 4 change step 0 step 4",
                "medicaldomain 3.000 2.400 −0.6000 −20.0\u00a0% <\u00a01e-11 0.3000",
                "booksgeneral 3.500 3.510 +0.01000 +0.3\u00a0% <\u00a01e-11 0.02000"],
            Rows(Section(page, "outcome")));
        Assert.Contains("No data.json: how much text the corpora hold is not known.", Section(page, "data").Value);
        Assert.Contains("No samples.json", Section(page, "samples").Value);
        Assert.Contains("No run.json", summary);
        string config = File.ReadAllText(Path.Combine(Root, "config.yaml"));
        Assert.Equal(config.TrimEnd(), page.Descendants("pre").Single().Value);
        Assert.Contains("4 (0.4000 epochs)", summary);
        Assert.Contains("400 at 90.00 a second (median)", summary);
    }

    [Fact]
    public void Nothing_comes_from_elsewhere_and_nothing_runs()
    {
        WriteRun(Evil, "books");
        WriteSamples((Evil, Evil, Evil));
        XElement page = Page();
        Assert.Empty(page.Descendants("script"));
        Assert.DoesNotContain(
            page.Descendants(), e => e.Name.LocalName is "link" or "img" or "iframe" or "image" or "use");
        IEnumerable<string> attributes = page.DescendantsAndSelf().Attributes().Select(a => a.Name.LocalName);
        Assert.DoesNotContain(attributes, a => a is "src" or "href" or "style" || a.StartsWith("on"));
        Assert.DoesNotContain("url(", page.Descendants("style").Single().Value);
        Assert.DoesNotContain("@import", page.Descendants("style").Single().Value);
        XElement policy = page.Descendants("meta").Single(m => m.Attribute("http-equiv") is not null);
        Assert.Equal("default-src 'none'; style-src 'unsafe-inline'", policy.Attribute("content")!.Value);
    }

    [Fact]
    public void Text_stays_text()
    {
        WriteRun(Evil, "books");
        WriteSamples((Evil, null, "two\nlines\u0001"), ("p", "", " "));
        XElement page = Page();
        Assert.Contains(page.Descendants("bdi"), b => b.Value == Evil);
        Assert.Contains($"{Evil}domain 3.000 2.400", Rows(Section(page, "outcome"))[2]);
        XElement[] samples = [.. page.Descendants("article")];
        Assert.Equal(2, samples.Length);
        Assert.Equal(Evil, ByClass(samples[0], "said prompt").Value);
        Assert.Equal("not generated", ByClass(samples[0], "missing").Value);
        Assert.Equal("two\nlines\ufffd", ByClass(samples[0], "said").Value);
        Assert.Equal(2, samples[1].Descendants("p").Count(p => p.Value == "nothing (the answer is empty)"));
        IEnumerable<XElement> said = samples.Descendants("div")
            .Where(d => d.Attribute("class")?.Value.StartsWith("said") == true);
        Assert.All(said, d => Assert.Equal("auto", d.Attribute("dir")!.Value));
    }

    [Fact]
    public void Ids_are_unique_and_found()
    {
        WriteRun("medical", "books", more: ",\"tail_mass\":{\"books\":0.01,\"medical\":0.02},\"memory bytes <\":5");
        XElement page = Page();
        string[] ids = [.. page.Descendants().Attributes("id").Select(a => a.Value)];
        Assert.Equal(ids.Distinct(), ids);
        string[] named = [.. page.Descendants().Attributes("aria-labelledby").SelectMany(a => a.Value.Split(' '))];
        Assert.Equal(2 * page.Descendants("figure").Count(), named.Length);
        Assert.All(named, id => Assert.Contains(id, ids));
    }

    [Fact]
    public void What_the_page_has_no_words_for_is_drawn_too()
    {
        const string More = ",\"odd\":{\"books\":0.01,\"medical\":0.02},\"memory\":5,\"grad_norm_domain\":0.5,"
            + "\"memory_bytes\":3221225472";
        WriteRun("medical", "books", More);
        XElement page = Page();
        XElement odd = page.Descendants("figure").Single(f => f.Descendants("h3").Single().Value == "Odd");

        // In the config's order and colours, not in the file's.
        Assert.Equal(["medical 0.02000", "books 0.01000"], odd.Descendants("li").Select(l => l.Value));
        Assert.Equal(
            "line c1 d1", odd.Descendants("li").Last().Descendants("path").Single().Attribute("class")!.Value);
        XElement memory = page.Descendants("figure").Single(f => f.Value.Contains("memory in metrics.jsonl"));
        Assert.Equal("line c0 d0", memory.Descendants("li").Descendants("path").Single().Attribute("class")!.Value);
        Assert.Equal(
            "Memory of the program 3.000", Figure(page, "memory").Descendants("li").Single().Value);
        Assert.Equal(
            ["all rows 0.7000", "domain rows 0.5000"],
            Figure(page, "grad-norm").Descendants("li").Select(l => l.Value));
    }

    [Fact]
    public void Statistics_become_a_table()
    {
        WriteRun("medical", "books");
        Write(
            "data.json",
            """
            {"corpora":[{"name":"medical","documents":12345,"packing_efficiency":0.987,"held_out":{"documents":100}},
                        {"name":"<b>","tokens":7,"packing_efficiency":null}],
             "ratio_achieved":0.75,"shapes":["text","messages"]}
            """);
        XElement data = Section(Page(), "data");
        Assert.Equal(
            ["name medical <b>", "documents 12,345 –", "packing efficiency 98.7\u00a0% –",
                "held out documents 100 –", "tokens – 7"],
            Rows(data));
        Assert.Equal(["ratio achieved: 0.7500", "shapes: text, messages"], Facts(data));
    }

    [Fact]
    public void Facts_of_the_run_stand_at_the_top()
    {
        WriteRun("medical", "books");
        Write(
            "run.json",
            """
            {"model":"Qwen3-0.6B","device":"8 cores","started":"2026-11-23T04:00:00Z",
             "finished":"2026-11-23T07:31:07+01:00","version":"0.1.0","host_name":"a","note":null}
            """);
        Assert.Equal(
            ["Model: Qwen3-0.6B", "Method: LoRA; mixture of losses, alpha 0.01", "Steps: 4 (0.4000 epochs)",
                "Tokens: 400 at 90.00 a second (median)", "Device: 8 cores", "Started: 2026-11-23 04:00:00 UTC",
                "Finished: 2026-11-23 06:31:07 UTC (2\u00a0h\u00a031\u00a0min)", "MolEngine: 0.1.0", "Host name: a"],
            Facts(Page().Descendants("header").Single()));
    }

    /// <summary>Between the parts of a resumed run there may be days that nothing was computed in.</summary>
    [Theory]
    [InlineData("", "", "(2\u00a0h\u00a030\u00a0min)")]
    [InlineData("\"2026-11-23T05:00:00Z\"", ", resumed 1 time, last 2026-11-23 05:00:00 UTC",
        "(2\u00a0h\u00a030\u00a0min with the break)")]
    [InlineData("\"2026-11-23T05:00:00Z\",\"2026-11-23T06:10:00Z\"", ", resumed 2 times, last 2026-11-23 06:10:00 UTC",
        "(2\u00a0h\u00a030\u00a0min with the breaks)")]
    public void Resumptions_are_told_beside_the_start(string resumed, string said, string took)
    {
        WriteRun("medical", "books");
        Write(
            "run.json",
            $$"""{"started":"2026-11-23T04:00:00Z","resumed":[{{resumed}}],"finished":"2026-11-23T06:30:00Z"}""");
        Assert.Equal(
            [$"Started: 2026-11-23 04:00:00 UTC{said}", $"Finished: 2026-11-23 06:30:00 UTC {took}"],
            Facts(Page().Descendants("header").Single()).Skip(4));
    }

    /// <summary>What the device did otherwise is a fact; a list of nothing is none.</summary>
    [Theory]
    [InlineData("[]")]
    [InlineData("[\"a library failed\",\"another too\"]", "Notes: a library failed, another too")]
    public void Notes_are_told_where_there_are_some(string notes, params string[] said)
    {
        WriteRun("medical", "books");
        Write("run.json", $$"""{"finished":"2026-11-23T06:30:00Z","notes":{{notes}}}""");
        Assert.Equal(said, Facts(Page().Descendants("header").Single()).Where(f => f.StartsWith("Notes")));
    }

    [Fact]
    public void What_cannot_be_read_costs_its_own_part_only()
    {
        WriteRun("medical", "books");
        Write("samples.json", "{\"not\": \"a list\"}");
        Write("data.json", "{");
        Write("run.json", "[]");
        Write("config.yaml", "a: [1\nb: {");
        File.AppendAllText(Path.Combine(Root, "metrics.jsonl"), "{\"step\":9,");
        XElement page = Page();
        string[] faults = [.. ByClass(page, "faults").Elements().Select(e => e.Value)];
        Assert.Equal(5, faults.Length);
        Assert.StartsWith("config.yaml is not YAML", faults[0]);
        Assert.Equal("The last line of metrics.jsonl was cut off as it was written and is left out.", faults[1]);
        Assert.StartsWith("data.json could not be read", faults[2]);
        Assert.StartsWith("samples.json could not be read", faults[3]);
        Assert.StartsWith("run.json could not be read", faults[4]);

        // Which corpora are domain nobody knows then, but each has its sentence and its curve.
        Assert.Equal("Before and after", ByClass(page, "headline").Value);
        Assert.Contains(
            "Cross-entropy on \u2068medical\u2069 went from 3.000 to 2.400", page.Descendants("header").Single().Value);
        Assert.Equal(2, Figure(page, "validation-ce").Descendants("li").Count());
    }

    [Fact]
    public void A_config_alone_makes_a_page()
    {
        Write("config.yaml", "steps: 10\n");
        XElement page = Page();
        Assert.Equal("Nothing was validated", ByClass(page, "headline").Value);
        Assert.Empty(page.Descendants("figure"));
        Assert.Contains("There is no metrics.jsonl, so there are no curves.", Section(page, "curves").Value);
        Assert.Contains("nothing to compare", Section(page, "outcome").Value);
    }

    [Fact]
    public void One_validation_is_no_comparison()
    {
        Write("metrics.jsonl", "{\"step\":0,\"validation\":true,\"ce\":{\"a\":2}}\n{\"step\":1,\"loss\":2}\n");
        XElement page = Page();
        Assert.Equal("Validated only once", ByClass(page, "headline").Value);
        Assert.Equal("a 2.000 2.000 –", Rows(Section(page, "outcome"))[2]);
    }

    [Fact]
    public void The_same_run_gives_the_same_bytes_and_no_file_beside_them()
    {
        WriteRun("medical", "books");
        RunReport.Write(Root);
        byte[] first = File.ReadAllBytes(Path.Combine(Root, "report.html"));
        RunReport.Write(Root + Path.DirectorySeparatorChar);
        Assert.Equal(first, File.ReadAllBytes(Path.Combine(Root, "report.html")));
        Assert.Equal(
            ["config.yaml", "metrics.jsonl", "report.html"],
            Directory.GetFiles(Root).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_folder_without_a_run_is_the_users_error()
    {
        Assert.Contains("got a folder with neither", Refusal(Root));
        Assert.Contains("got no folder", Refusal(Path.Combine(Root, "no")));
        Assert.Empty(Directory.GetFiles(Root));
    }
}
