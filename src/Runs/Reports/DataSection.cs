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
        {
            html.Add($"""<div class="scroll" tabindex="0" role="region" aria-label="Corpora"><table><thead><tr>""");
            for (int c = 0; c < data.Columns.Count; c++)
                html.Add($"""<th scope="col"{Align(data, c)}>{data.Columns[c]}</th>""");
            html.Add($"</tr></thead><tbody>");
            foreach (IReadOnlyList<StatisticsCell> row in data.Rows)
            {
                html.Add($"<tr>");
                for (int c = 0; c < row.Count; c++)
                {
                    html.Add(c == 0
                        ? Markup.Of($"""<th scope="row"><bdi>{row[c].Text}</bdi></th>""")
                        : Markup.Of($"<td{Align(data, c)}><bdi>{row[c].Text ?? "–"}</bdi></td>"));
                }

                html.Add($"</tr>");
            }

            html.Add($"</tbody></table></div>");
        }

        if (data.Facts.Count > 0)
        {
            html.Add($"""<dl class="facts">""");
            foreach ((string name, string value) in data.Facts)
                html.Add($"<div><dt>{name}</dt><dd><bdi>{value}</bdi></dd></div>");
            html.Add($"</dl>");
        }

        if (data.Rows.Count == 0 && data.Facts.Count == 0)
            html.AddMissing("data.json is empty.");
    }

    private static Markup Align(StatisticsTable data, int column) =>
        new(data.Rows.Any(r => r[column].Number) ? """ class="n" """.TrimEnd() : "");
}
