using MolEngine.Runs.Records;

namespace MolEngine.Runs.Reports;

/// <summary>What the corpora hold.</summary>
internal static class DataSection
{
    public static void Add(HtmlPage html, RunRecord run)
    {
        html.Add($"""<section id="data"><h2>Data</h2>""");
        if (run.Data is { } data)
            Add(html, data);
        else
            html.AddMissing("No data.json: how much text the corpora hold is not known.");
        html.Add($"</section>");
    }

    private static void Add(HtmlPage html, StatisticsTable data)
    {
        if (data.Rows.Count > 0)
            AddCorpora(html, data);
        if (data.Facts.Count > 0)
        {
            html.Add($"""<dl class="facts">""");
            foreach ((string name, string value) in data.Facts)
                html.Add($"<div><dt>{name}</dt><dd><bdi>{Markup.Breakable(value)}</bdi></dd></div>");
            html.Add($"</dl>");
        }

        if (data.Rows.Count == 0 && data.Facts.Count == 0)
            html.AddMissing("data.json is empty.");
    }

    /// <summary>A line for each of their many numbers, a column for each of the few corpora.</summary>
    private static void AddCorpora(HtmlPage html, StatisticsTable data)
    {
        html.Add($"""<div class="scroll" tabindex="0" role="region" aria-label="Corpora"><table><thead><tr>""");
        html.Add($"""<th scope="col">{data.Columns[0]}</th>""");
        foreach (IReadOnlyList<StatisticsCell> corpus in data.Rows)
            html.Add($"""<th class="n" scope="col"><bdi>{corpus[0].Text}</bdi></th>""");
        html.Add($"</tr></thead><tbody>");
        for (int c = 1; c < data.Columns.Count; c++)
        {
            html.Add($"""<tr><th scope="row">{data.Columns[c]}</th>""");
            foreach (IReadOnlyList<StatisticsCell> corpus in data.Rows)
                html.Add($"""<td class="n words"><bdi>{corpus[c].Text ?? "–"}</bdi></td>""");
            html.Add($"</tr>");
        }

        html.Add($"</tbody></table></div>");
    }
}
