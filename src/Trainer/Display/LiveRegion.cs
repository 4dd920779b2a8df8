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
    private int _drawn;

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

    /// <summary>Writes text that stays, above the region. The terminal itself breaks lines that are too long.</summary>
    /// <param name="text">Whole lines.</param>
    public void WriteAbove(string text) => _console.Write(new Verbatim([new Segment(text)]));

    /// <summary>Called by the console for all that is written.</summary>
    public IEnumerable<IRenderable> Process(RenderOptions options, IEnumerable<IRenderable> renderables)
    {
        IReadOnlyList<Segment>[] lines = [.. _lines.Take(Height)];

        // The line of the cursor too, where a terminal echoes ^C; and line by line: multiplexers keep a screen that is
        // erased at once in their history.
        string erase = "\r\e[2K" + string.Concat(Enumerable.Repeat("\e[1A\e[2K", _drawn));
        _drawn = lines.Length;
        return
        [
            new ControlCode(erase), .. renderables,
            new Verbatim([.. lines.SelectMany(l => Segment.SplitLines(l, Width)[0].Append(Segment.LineBreak))]),
        ];
    }

    /// <summary>Takes the lines away.</summary>
    public void Dispose()
    {
        Show([]);
        _console.Pipeline.Detach(this);
    }
}
