using System.Text;
using Spectre.Console;

namespace MolEngine.Trainer.Cli.Runners;

/// <summary>
/// Shows answers as they come: one as running text, several side by side on a terminal, else one under the other.
/// </summary>
/// <param name="names">Of those who answer.</param>
internal sealed class AnswerView(CommandContext context, IReadOnlyList<string> names)
{
    /// <summary>Columns that an answer needs to be read beside another.</summary>
    private const int LeastColumn = 36;

    private static readonly TimeSpan BetweenFrames = TimeSpan.FromMilliseconds(80);

    /// <summary>Runs something that gives out pieces of answers: of which, and the piece.</summary>
    public void Show(Action<Action<int, string>> answer)
    {
        if (names.Count == 1)
            Running(answer);
        else if (context.Terminal is { } terminal && terminal.Profile.Width >= names.Count * LeastColumn)
            SideBySide(terminal, answer);
        else
            OneByOne(answer);
    }

    private void Running(Action<Action<int, string>> answer)
    {
        answer((_, piece) =>
        {
            context.Out.Write(piece);
            context.Out.Flush();
        });
        context.Out.WriteLine();
    }

    private void OneByOne(Action<Action<int, string>> answer)
    {
        StringBuilder[] texts = Texts(answer, _ => { });
        for (int i = 0; i < names.Count; i++)
            context.Out.WriteLine($"{names[i]}: {texts[i]}");
    }

    private void SideBySide(IAnsiConsole terminal, Action<Action<int, string>> answer)
    {
        StringBuilder[] texts = [];
        DateTime drawn = default;
        terminal.Live(Table(names.Select(_ => ""))).AutoClear(true).Overflow(VerticalOverflow.Ellipsis).Start(live =>
            texts = Texts(answer, all =>
            {
                if (DateTime.UtcNow - drawn < BetweenFrames)
                    return;
                drawn = DateTime.UtcNow;
                live.UpdateTarget(Table(all.Select(t => t.ToString())));
            }));
        terminal.Write(Table(texts.Select(t => t.ToString())));
    }

    private StringBuilder[] Texts(Action<Action<int, string>> answer, Action<StringBuilder[]> changed)
    {
        StringBuilder[] texts = [.. names.Select(_ => new StringBuilder())];
        answer((i, piece) =>
        {
            texts[i].Append(piece);
            changed(texts);
        });
        return texts;
    }

    private Table Table(IEnumerable<string> texts)
    {
        var table = new Table().Expand().Border(TableBorder.Minimal);
        foreach (string name in names)
            table.AddColumn(new TableColumn(new Text(name, new Style(decoration: Decoration.Bold))));
        table.AddRow(texts.Select(t => new Text(t)).ToArray());
        return table;
    }
}
