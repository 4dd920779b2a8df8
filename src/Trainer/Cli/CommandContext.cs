using System.Runtime.InteropServices;
using MolEngine.Kernels.Collectives;
using MolEngine.Trainer.Display;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace MolEngine.Trainer.Cli;

/// <summary>
/// What a command has of the outside world: where it writes, and whether it is asked to stop. Tests give their own.
/// </summary>
/// <param name="terminal"><paramref name="output"/>, where it is a terminal that may be drawn on.</param>
/// <param name="letOutputGo">Makes a lost output no failure; null where there is none that could be lost.</param>
public sealed class CommandContext(
    TextWriter output, TextWriter error, IAnsiConsole? terminal = null, Action? letOutputGo = null) : IDisposable
{
    private const int PlainWidth = 100;

    private readonly TextWriter _people =
        terminal is { } shown ? new WrappingWriter(output, () => shown.Profile.Width) : output;

    private readonly List<PosixSignalRegistration> _signals = [];
    private Communicator? _ranks;
    private CancellationTokenSource? _stop;
    private Action<string> _say = error.WriteLine;

    /// <summary>What a second signal costs, in words: what of the work is lost.</summary>
    internal string GivenUp { get; set; } = "what is not written yet is lost";

    /// <summary>
    /// Folders of the models and adapters that are computed with: looked through where a figure is not finite.
    /// </summary>
    internal List<string> Weights { get; } = [];

    /// <summary>For a verb that leaves its results in files: its work goes on where the output is lost.</summary>
    internal void LetOutputGo() => letOutputGo?.Invoke();

    /// <summary>Results: what a pipe wants.</summary>
    public TextWriter Out { get; } = output;

    /// <summary>Everything that is said to a person beside the result.</summary>
    public TextWriter Error { get; } = error;

    /// <summary>
    /// Cancelled by the first Ctrl-C, SIGTERM or SIGHUP (a terminal or connection that closes); a second one ends the
    /// process at once. Only a command that asks for the token takes the signals over: any other dies of them as usual.
    /// </summary>
    public CancellationToken Interrupted
    {
        get
        {
            if (_stop is null)
            {
                _stop = new CancellationTokenSource();
                foreach (PosixSignal signal in (PosixSignal[])[
                    PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
                    _signals.Add(PosixSignalRegistration.Create(signal, OnSignal));
            }

            return _stop.Token;
        }
    }

    /// <summary>
    /// The ranks that this process was started as one of. They part after the last word is said: a launcher may end a
    /// rank as soon as another has ended badly.
    /// </summary>
    internal Communicator Join() => _ranks = Communicator.Join();

    /// <summary>Cancels <see cref="Interrupted"/> on SIGUSR1 too, by which schedulers warn of a job's end.</summary>
    internal void StopOnWarning()
    {
        const int LinuxSigUsr1 = 10;
        _ = Interrupted;
        if (OperatingSystem.IsLinux())
            _signals.Add(PosixSignalRegistration.Create((PosixSignal)LinuxSigUsr1, OnSignal));
    }

    /// <summary>Where it is said that the command stops: elsewhere than <see cref="Error"/>, of which others make use.
    /// </summary>
    internal void SaySignalsTo(Action<string> say) => _say = say;

    /// <summary>
    /// Cancels <see cref="Interrupted"/> when an input ends: of who started this program, and may be gone without a
    /// signal. Once is enough: no signal after it counts as a second one but a person's.
    /// </summary>
    internal void StopWhenEnds(Stream input)
    {
        _ = Interrupted;
        CancellationTokenSource stop = _stop!;
        var watch = new Thread(() =>
        {
            Span<byte> some = stackalloc byte[256];
            while (input.Read(some) > 0)
            {
            }

            stop.Cancel();
        })
        {
            IsBackground = true,
            Name = "end of input",
        };
        watch.Start();
    }

    /// <summary>
    /// Shows what a command does: in place on a terminal, else as lines. While it is there, everything that is said
    /// goes through it. Its user disposes of it.
    /// </summary>
    /// <param name="lines">Where plain lines go.</param>
    internal IRunDisplay OpenDisplay(TextWriter lines)
    {
        if (terminal is null)
            return new ProgressPrinter(lines);
        var display = new TerminalDisplay(terminal);
        _say = display.Note;
        return display;
    }

    /// <summary>The output, where it is a terminal that may be drawn on; else null.</summary>
    internal IAnsiConsole? Terminal => terminal;

    /// <summary>Whether a person looks on.</summary>
    internal bool IsTerminal => terminal is not null;

    /// <summary>Columns that a line of the result should have at most.</summary>
    internal int Width => terminal?.Profile.Width ?? PlainWidth;

    /// <summary>Writes a line for people: a terminal gets it broken between words, where it is too long.</summary>
    internal void WriteLine(string line) => _people.WriteLine(line);

    /// <summary>Writes a line whose value is a command to be copied.</summary>
    internal void WriteCommand(string line)
    {
        foreach (string row in terminal is null ? [line] : WrappedText.Command(line, Width))
            Out.WriteLine(row);
    }

    /// <summary>Writes a line of the result: with its styles on a terminal, else as plain text.</summary>
    internal void WriteLine(params IReadOnlyList<Segment> line)
    {
        if (terminal is null)
            Out.WriteLine(string.Concat(line.Select(s => s.Text)));
        else
            terminal.Write(new Verbatim([.. line, Segment.LineBreak]));
    }

    public void Dispose()
    {
        _ranks?.Dispose();
        _signals.ForEach(s => s.Dispose());
        _stop?.Dispose();
    }

    private void OnSignal(PosixSignalContext signal)
    {
        signal.Cancel = true;
        if (_stop!.IsCancellationRequested)
        {
            _say($"molengine: stopped at once: {GivenUp}");
            Environment.Exit(ExitCode.Interrupted);
        }

        _say($"molengine: stopping; again to stop at once ({GivenUp})");
        _stop.Cancel();
    }
}
