using MolEngine.Data;
using MolEngine.Runs.Records;
using MolEngine.Runs.Reports;
using Spectre.Console;

namespace MolEngine.Trainer.Display;

/// <summary>
/// A run on a terminal: the step, its figures and the time left are redrawn in place; notes, validations and the table
/// stay above, each after the line of its step, as they would among plain lines. For several threads.
/// </summary>
internal sealed class TerminalDisplay : IRunDisplay
{
    /// <summary>Steps may follow each other faster than a person can read.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private readonly LiveRegion _region;
    private readonly StringWriter _kept = new() { NewLine = "\n" };
    private readonly ProgressPrinter _printer;
    private readonly LiveView _view = new();
    private StepProgress? _unsaid;
    private long? _shownAt;
    private bool _disposed;

    /// <param name="clock">Null is the system's.</param>
    public TerminalDisplay(IAnsiConsole console, TimeProvider? clock = null)
    {
        _clock = clock ?? TimeProvider.System;
        _region = new LiveRegion(console);
        _printer = new ProgressPrinter(_kept);
        _timer = _clock.CreateTimer(_ => Change(() => { }), null, Tick, Tick);
    }

    public void Note(string line) => Keep(() => _printer.Note(line));

    public void Validation(long step, IReadOnlyList<(string Name, int Documents, double Ce, double? Kl)> corpora) =>
        Keep(() => _printer.Validation(step, corpora));

    public void Questions(long step, QuestionScore score) => Keep(() => _printer.Questions(step, score));

    public void Summary(ClosingTable table) => Keep(() => _printer.Summary(table));

    public void Command(string line) => Keep(() =>
    {
        foreach (string row in WrappedText.Command(line, _region.Width))
            _printer.Note(row);
    });

    public void Doing(string? what, Share? share = null) =>
        Change(() => _view.Do(what, share, _clock.GetTimestamp()), now: share is null);

    public void Report(TokenizingProgress value) =>
        Change(() => _view.Read(value, _clock.GetTimestamp()), now: value.BytesRead == value.TotalBytes);

    public void Step(StepProgress p) => Change(
        () =>
        {
            _view.Step(p, _clock.GetTimestamp());
            _unsaid = p;
        },
        now: p.Step == p.Steps);

    /// <summary>Takes the region away; the line of the last step stays.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_lock)
        {
            if (_disposed)
                return;
            _view.Clear();
            Keep(() => { });
            _disposed = true;
            _region.Dispose();
        }
    }

    /// <summary>
    /// Lets plain lines be written above, after the line of the step that they follow. They may also come late: a stop
    /// is announced from another thread.
    /// </summary>
    private void Keep(Action say)
    {
        lock (_lock)
        {
            if (_unsaid is { } step)
                _printer.Step(step);
            _unsaid = null;
            say();
            _view.Said();
            if (_kept.GetStringBuilder().Length > 0)
                _region.WriteAbove(_kept.ToString());
            _kept.GetStringBuilder().Clear();
            if (!_disposed)
                Show();
        }
    }

    /// <summary>Changes what is shown, and shows it unless that was done a moment ago.</summary>
    private void Change(Action change, bool now = false)
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            change();
            if (now || _shownAt is not { } at || _clock.GetElapsedTime(at) >= Shortest)
                Show();
        }
    }

    private void Show()
    {
        _shownAt = _clock.GetTimestamp();
        _region.Show(_view.Lines(_region.Width, since => _clock.GetElapsedTime(since)));
    }
}
