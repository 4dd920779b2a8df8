using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using MolEngine.Runs.Reports;

namespace MolEngine.Runs.Tests.Reports;

/// <summary>
/// A run directory and its report. Pages are read as XML, which they are: what is not closed or not escaped fails
/// there.
/// </summary>
public abstract class ReportCase : IDisposable
{
    private readonly TempFolder _folder = new();

    protected string Root => _folder.Root;

    public void Dispose() => _folder.Dispose();

    protected string Write(string name, string text) => _folder.Write(name, text);

    protected void WriteRun(string domain, string general, string more = "")
    {
        string d = JsonSerializer.Serialize(domain), g = JsonSerializer.Serialize(general);
        Write(
            "config.yaml",
            $$"""
            model: /models/tiny
            method: lora
            steps: 4
            loss: {kind: mol, alpha: 0.01}
            data:
              corpora:
                - name: {{d}}
                  kind: domain
                - name: {{g}}
                  kind: general

            """);
        string[] lines =
        [
            $$$"""{"step":0,"validation":true,"ce":{{{{d}}}:3,{{{g}}}:3.5},"kl":{{{{d}}}:2e-17,{{{g}}}:3e-17}}""",
            .. Enumerable.Range(1, 4).Select(Step),
            $$$"""{"step":4,"validation":true,"ce":{{{{d}}}:2.4,{{{g}}}:3.51},"kl":{{{{d}}}:0.3,{{{g}}}:0.02}}""",
        ];
        Write("metrics.jsonl", string.Join('\n', lines) + "\n");

        string Step(int s)
        {
            string ce = $$"""{{{d}}:2.{{s}}}""";
            string kl = $$"""{{{d}}:0.{{s}},{{g}}:0.0{{s}}}""";
            string losses = $$"""{"step":{{s}},"epoch":0.{{s}},"loss":2.{{s}},"ce":{{ce}},"kl":{{kl}}"""
                + ",\"grad_norm\":0.7";
            return $$"""{{losses}},"learning_rate":1e-{{s}},"tokens":100,"tokens_per_second":90{{more}}}""";
        }
    }

    protected void WriteSamples(params (string Prompt, string? Before, string After)[] samples) => Write(
        "samples.json",
        JsonSerializer.Serialize(samples.Select(s => new { prompt = s.Prompt, before = s.Before, after = s.After })));

    protected XElement Page()
    {
        RunReport.Write(Root);
        string text = File.ReadAllText(Path.Combine(Root, "report.html"));
        Assert.StartsWith("<!DOCTYPE html>\n", text);
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore };
        using var reader = XmlReader.Create(new StringReader(text), settings);
        return XElement.Load(reader, LoadOptions.PreserveWhitespace);
    }

    protected static string Refusal(string folder) =>
        Assert.Throws<UserException>(() => RunReport.Write(folder)).Message;

    protected static XElement Section(XElement page, string id) =>
        page.Descendants("section").Single(s => s.Attribute("id")!.Value == id);

    protected static XElement Figure(XElement page, string id) =>
        page.Descendants("figure").Single(s => s.Attribute("id")!.Value == id);

    protected static XElement ByClass(XElement page, string name) =>
        page.Descendants().First(e => e.Attribute("class")?.Value == name);

    /// <summary>Terms and what stands beside them.</summary>
    protected static IEnumerable<string> Facts(XElement part) =>
        part.Descendants("dt").Select(t => $"{t.Value}: {t.Parent!.Element("dd")!.Value}");

    /// <summary>Rows of a section's table, their cells that are not empty with spaces between.</summary>
    /// <summary>Eight documents of ten tokens that all change alike.</summary>
    protected static string HeldOut(string name, string kind, double first, double last, double kl)
    {
        string Eight(double x) => $"[{string.Join(',', Enumerable.Repeat($"{x}", 8))}]";
        return $$"""
            {"corpus":"{{name}}","kind":"{{kind}}","tokens":{{Eight(10)}},
             "first":{"step":0,"cross_entropy":{{Eight(first)}},"kl_divergence":{{Eight(0)}}},
             "last":{"step":4,"cross_entropy":{{Eight(last)}},"kl_divergence":{{Eight(kl)}} } }
            """;
    }

    protected static string[] Rows(XElement section) =>
    [
        .. section.Descendants("tr")
            .Select(r => string.Join(' ', r.Elements().Select(c => c.Value).Where(c => c.Length > 0))),
    ];
}
