namespace MolEngine.Runs.Reports;

/// <summary>What every page begins and ends with: it needs nothing but itself, no network, no script.</summary>
internal static class PageFrame
{
    /// <summary>Styles from the page itself and nothing else from anywhere: the browser holds the page to it.</summary>
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'";

    /// <summary>All before the first section.</summary>
    /// <param name="title">Of the browser's window, without the program's name.</param>
    public static void Open(HtmlPage html, string title) => html.Add(
        $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="{Policy}" />
        <title>{title} – MolEngine</title>
        <style>
        {new Markup(PageStyle.Sheet)}
        </style>
        </head>
        <body>
        <main>
        """);

    /// <summary>All behind the last section.</summary>
    /// <param name="footer">What the page says of itself.</param>
    public static void Close(HtmlPage html, string footer) => html.Add(
        $"""
        <footer>{footer}</footer>
        </main>
        </body>
        </html>
        """);
}
