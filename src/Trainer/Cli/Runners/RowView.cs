using MolEngine.Basics.Text;
using MolEngine.Data;
using MolEngine.Engine.Batches;
using MolEngine.Trainer.Display;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace MolEngine.Trainer.Cli.Runners;

/// <summary>
/// A packed row for people, document by document and token by token. The signs alone say everything; a terminal dims
/// what does not count.
/// </summary>
internal static class RowView
{
    private const string Indent = "    ";

    private static readonly Style Dim = new(decoration: Decoration.Dim);
    private static readonly Style Bold = new(decoration: Decoration.Bold);
    private static readonly Segment Divider = new("\u2502", Dim);

    public static void Write(string corpus, InspectedRow row, CommandContext context)
    {
        InspectedToken[] tokens = [.. row.Documents.SelectMany(d => d.Tokens)];
        string all = Counts.Of(tokens.Length, "token");
        string counting = Counts.Of(tokens.Count(t => t.Counts), "counts", "count");
        context.WriteLine();
        context.WriteLine(new Segment(
            $"row {row.Row} of {corpus} ({row.Kind.Name()}): {all}, {counting}",
            Bold));
        foreach ((int index, InspectedDocument document) in row.Documents.Index())
        {
            context.WriteLine(new Segment(
                $"  document {index + 1}, {Counts.Of(document.Tokens.Count, "token")} from {document.Start:N0}", Bold));
            foreach (List<Segment> line in Lines(document, context.Width - Indent.Length))
                context.WriteLine([new Segment(Indent), .. line]);
        }
    }

    /// <summary>Tokens with dividers between them; a new line after a line break, and where the width is used up.
    /// </summary>
    private static IEnumerable<List<Segment>> Lines(InspectedDocument document, int width)
    {
        List<Segment> line = [];
        int used = 0;
        foreach (InspectedToken token in document.Tokens)
        {
            string text = VisibleText.Of(token.Text);
            Segment shown = token.Counts ? new(text) : new($"\u2039{text}\u203a", Dim);
            if (line.Count > 0 && used + 1 + shown.CellCount() > width)
            {
                yield return line;
                (line, used) = ([], 0);
            }

            line.AddRange([shown, Divider]);
            used += shown.CellCount() + 1;
            if (!token.Text.EndsWith('\n'))
                continue;
            yield return line;
            (line, used) = ([], 0);
        }

        if (line.Count > 0)
            yield return line;
    }
}
