using System.Runtime.InteropServices;

namespace MolEngine.Trainer.Cli;

/// <summary>
/// What a command has of the outside world: where it writes, and whether it is asked to stop. Tests give their own.
/// </summary>
public sealed class CommandContext(TextWriter output, TextWriter error) : IDisposable
{
    private readonly List<PosixSignalRegistration> _signals = [];
    private CancellationTokenSource? _stop;

    /// <summary>Results: what a pipe wants.</summary>
    public TextWriter Out { get; } = output;

    /// <summary>Everything that is said to a person beside the result.</summary>
    public TextWriter Error { get; } = error;

    /// <summary>
    /// Cancelled by the first Ctrl-C or SIGTERM; a second one ends the process at once. Only a command that asks for
    /// the token takes the signals over: any other dies of them as usual.
    /// </summary>
    public CancellationToken Interrupted
    {
        get
        {
            if (_stop is null)
            {
                _stop = new CancellationTokenSource();
                _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal));
                _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal));
            }

            return _stop.Token;
        }
    }

    public void Dispose()
    {
        _signals.ForEach(s => s.Dispose());
        _stop?.Dispose();
    }

    private void OnSignal(PosixSignalContext signal)
    {
        if (_stop!.IsCancellationRequested)
            Environment.Exit(ExitCode.Interrupted);
        signal.Cancel = true;
        Error.WriteLine("molengine: stopping; again to stop at once");
        _stop.Cancel();
    }
}
