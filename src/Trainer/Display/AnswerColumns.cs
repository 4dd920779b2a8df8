using Spectre.Console;
using Spectre.Console.Rendering;

namespace MolEngine.Trainer.Display;

/// <summary>Texts side by side in columns of the same width, each below its name.</summary>
internal static class AnswerColumns
{
    private const string Gap = " │ ";

    private static readonly Style Strong = new(decoration: Decoration.Bold);
    private static readonly Style Soft = new(decoration: Decoration.Dim);

    /// <summary>Columns of the screen that each text has.</summary>
    public static int WidthOf(int columns, int width) => Math.Max(1, (width - ((columns - 1) * Gap.Length)) / columns);

    /// <summary>The lines: the names, a rule, and the texts, broken between words.</summary>
    /// <param name="width">Columns of the screen that there are.</param>
    /// <param name="height">Lines that there is room for: of longer texts the ends are shown; null shows all.</param>
    public static IReadOnlyList<IReadOnlyList<Segment>> Lines(
        IAnsiConsole console, IReadOnlyList<string> names, IReadOnlyList<string> texts, int width, int? height = null)
    {
        int own = WidthOf(names.Count, width);
        var options = RenderOptions.Create(console);
        List<SegmentLine>[] columns = [.. texts.Select(t => Broken(t.Replace("\t", "    "), own, options))];
        int rows = columns.Max(c => c.Count);
        int first = height is { } most ? Math.Max(0, rows - Math.Max(1, most - 2)) : 0;
        string rule = string.Join("─┼─", names.Select(_ => new string('─', own)));
        var lines = new List<IReadOnlyList<Segment>>
        {
            Joined([.. names.Select(n => Segment.SplitLines([new Segment(n, Strong)], own)[0])], own),
            new[] { new Segment(rule, Soft) },
        };
        for (int row = first; row < rows; row++)
            lines.Add(Joined([.. columns.Select(c => row < c.Count ? c[row] : [])], own));
        return lines;
    }

    private static List<SegmentLine> Broken(string text, int width, RenderOptions options) =>
        Segment.SplitLines(((IRenderable)new Text(text.TrimEnd())).Render(options, width), width);

    private static List<Segment> Joined(IReadOnlyList<SegmentLine> cells, int width)
    {
        var line = new List<Segment>();
        foreach ((int i, SegmentLine cell) in cells.Index())
        {
            line.AddRange(cell);
            if (i + 1 == cells.Count)
                break;
            line.Add(new Segment(new string(' ', Math.Max(0, width - Segment.CellCount(cell)))));
            line.Add(new Segment(Gap, Soft));
        }

        return line;
    }
}
