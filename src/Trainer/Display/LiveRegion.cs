using Spectre.Console;
using Spectre.Console.Rendering;

namespace MolEngine.Trainer.Display;

/// <summary>
/// Lines at the bottom of a terminal that are redrawn in place; whatever else is written through the console scrolls by
/// above them. The cursor waits, visible, at the start of the line below: a process that ends at any moment leaves the
/// terminal as it should be.
/// </summary>
internal sealed class LiveRegion : IRenderHook, IDisposable
{
    private readonly IAnsiConsole _console;
    private IReadOnlyList<IReadOnlyList<Segment>> _lines = [];
    private int[] _drawn = [];

    public LiveRegion(IAnsiConsole console)
    {
        _console = console;
        _console.Pipeline.Attach(this);
    }

    /// <summary>Columns that a line may have. One stays free, so that no terminal goes on to the next line.</summary>
    public int Width => Math.Max(1, _console.Profile.Width - 1);

    /// <summary>Lines that there is room for.</summary>
    public int Height => Math.Max(1, _console.Profile.Height - 1);

    /// <summary>Shows other lines; what does not fit is cut off.</summary>
    public void Show(IReadOnlyList<IReadOnlyList<Segment>> lines)
    {
        _lines = lines;
        _console.Write(new ControlCode(""));
    }

    /// <summary>Writes lines that stay, above the region, broken between words.</summary>
    /// <param name="text">Whole lines.</param>
    public void WriteAbove(string text)
    {
        IEnumerable<string> rows = text.TrimEnd('\n').Split('\n').SelectMany(l => WrappedText.Rows(l, Width));
        _console.Write(new Verbatim([.. rows.Select(r => new Segment($"{r}\n"))]));
    }

    /// <summary>Called by the console for all that is written.</summary>
    public IEnumerable<IRenderable> Process(RenderOptions options, IEnumerable<IRenderable> renderables)
    {
        List<Segment>[] lines = [.. _lines.Take(Height).Select(l => Segment.SplitLines(l, Width)[0])];

        // A terminal that has become narrower since has broken what was drawn into more lines.
        int columns = _console.Profile.Width;
        int drawn = _drawn.Sum(cells => Math.Max(1, (cells + columns - 1) / columns));

        // The line of the cursor too, where a terminal echoes ^C; and line by line: multiplexers keep a screen that is
        // erased at once in their history.
        string erase = "\r\e[2K" + string.Concat(Enumerable.Repeat("\e[1A\e[2K", drawn));
        _drawn = [.. lines.Select(Segment.CellCount)];
        return
        [
            new ControlCode(erase), .. renderables,
            new Verbatim([.. lines.SelectMany(l => l.Append(Segment.LineBreak))]),
        ];
    }

    /// <summary>Takes the lines away.</summary>
    public void Dispose()
    {
        Show([]);
        _console.Pipeline.Detach(this);
    }
}
