using System.Text;
using MolEngine.Trainer.Display;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace MolEngine.Trainer.Cli.Runners;

/// <summary>
/// Shows answers as they come: one as running text, several side by side on a terminal, else one under the other.
/// </summary>
/// <param name="names">Of those who answer.</param>
internal sealed class AnswerView(CommandContext context, IReadOnlyList<string> names)
{
    /// <summary>Columns that an answer needs to be read beside another.</summary>
    private const int LeastColumn = 30;

    private static readonly TimeSpan BetweenFrames = TimeSpan.FromMilliseconds(80);

    /// <summary>Runs something that gives out pieces of answers: of which, and the piece.</summary>
    public void Show(Action<Action<int, string>> answer)
    {
        if (names.Count == 1)
            Running(answer);
        else if (context.Terminal is { } terminal
            && AnswerColumns.WidthOf(names.Count, terminal.Profile.Width - 1) >= LeastColumn)
            SideBySide(terminal, answer);
        else
            OneByOne(answer);
    }

    private void Running(Action<Action<int, string>> answer)
    {
        answer((_, piece) =>
        {
            context.Out.Write(Shown(piece));
            context.Out.Flush();
        });
        context.Out.WriteLine();
    }

    private void OneByOne(Action<Action<int, string>> answer)
    {
        StringBuilder[] texts = Texts(answer, _ => { });
        for (int i = 0; i < names.Count; i++)
            context.WriteLine($"{names[i]}: {texts[i]}");
    }

    private void SideBySide(IAnsiConsole terminal, Action<Action<int, string>> answer)
    {
        StringBuilder[] texts;
        using (var region = new LiveRegion(terminal))
        {
            DateTime drawn = default;
            region.Show(Lines([.. names.Select(_ => new StringBuilder())], region.Height));
            texts = Texts(answer, all =>
            {
                if (DateTime.UtcNow - drawn < BetweenFrames)
                    return;
                drawn = DateTime.UtcNow;
                region.Show(Lines(all, region.Height));
            });
        }

        terminal.Write(new Verbatim([.. Lines(texts, null).SelectMany(l => l.Append(Segment.LineBreak))]));

        // One column of the screen stays free, so that no terminal goes on to the next line.
        IReadOnlyList<IReadOnlyList<Segment>> Lines(StringBuilder[] all, int? height) => AnswerColumns.Lines(
            terminal, names, [.. all.Select(t => t.ToString())], terminal.Profile.Width - 1, height);
    }

    private StringBuilder[] Texts(Action<Action<int, string>> answer, Action<StringBuilder[]> changed)
    {
        StringBuilder[] texts = [.. names.Select(_ => new StringBuilder())];
        answer((i, piece) =>
        {
            texts[i].Append(Shown(piece));
            changed(texts);
        });
        return texts;
    }

    /// <summary>On a terminal, without what would move its cursor or change its colours.</summary>
    private string Shown(string piece) => !context.IsTerminal ? piece : string.Concat(
        piece.Where(c => c != '\r').Select(c => char.IsControl(c) && c is not ('\n' or '\t') ? '\uFFFD' : c));
}
