using Spectre.Console.Rendering;

namespace MolEngine.Trainer.Display;

/// <summary>
/// Plain lines as a terminal of some width should have them: broken between words, never within one, and going on below
/// the value that a line begins with a name for.
/// </summary>
internal static class WrappedText
{
    /// <summary>Columns that the name before a value has at most.</summary>
    private const int LongestName = 24;

    /// <summary>The rows of a line. A word that is longer than a row has one to itself, for the terminal to break.
    /// </summary>
    /// <param name="width">Columns of a row; 0 where they are not known, and nothing is broken.</param>
    /// <param name="broken">Stands at the end of every row but the last.</param>
    public static IEnumerable<string> Rows(string line, int width, string broken = "")
    {
        int room = width - Cells(broken);
        if (room <= 0 || Cells(line) <= width)
            return [line];
        int indent = IndentOf(line) is var value && value <= width / 2 ? value : 0;
        var rows = new List<string>();
        string row = "";
        int used = 0;
        for (int at = 0; at < line.Length;)
        {
            int start = at;
            while (start < line.Length && line[start] == ' ')
                start++;
            int end = start;
            while (end < line.Length && line[end] != ' ')
                end++;
            (string gap, string word) = (line[at..start], line[start..end]);
            if (used + gap.Length > indent && used + gap.Length + Cells(word) > room)
            {
                rows.Add(row + broken);
                (row, gap, used) = (new string(' ', indent), "", indent);
            }

            row += gap + word;
            used += gap.Length + Cells(word);
            at = end;
        }

        return [.. rows, row];
    }

    /// <summary>The rows of a line whose value is a command: what is copied from them is that command still.</summary>
    public static IEnumerable<string> Command(string line, int width) =>
        OperatingSystem.IsWindows() ? [line] : Rows(line, width, " \\");

    /// <summary>Where the value of "name       value" begins; else where the line does.</summary>
    private static int IndentOf(string line)
    {
        int lead = line.Length - line.TrimStart(' ').Length;
        int gap = line.IndexOf("  ", lead, StringComparison.Ordinal);
        if (gap < 0)
            return lead;
        int value = gap;
        while (value < line.Length && line[value] == ' ')
            value++;
        return value <= LongestName ? value : lead;
    }

    /// <summary>Columns that a text takes: characters of East Asia have two.</summary>
    private static int Cells(string text) => new Segment(text).CellCount();
}
