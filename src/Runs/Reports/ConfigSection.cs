using MolEngine.Runs.Records;

namespace MolEngine.Runs.Reports;

/// <summary>The resolved config, as it lies in the run directory.</summary>
internal static class ConfigSection
{
    public static void Add(HtmlPage html, RunRecord run)
    {
        html.Add($"""<section id="config"><h2>Config</h2>""");
        html.Add(run.Config is { } config
            ? Markup.Of($"<pre>{config.TrimEnd()}</pre>")
            : new Markup("""<p class="missing">No config.yaml.</p>"""));
        html.Add($"</section>");
    }
}
