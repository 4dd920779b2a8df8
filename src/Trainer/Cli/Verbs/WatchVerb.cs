using System.CommandLine;
using MolEngine.Trainer.Cli.Runners;

namespace MolEngine.Trainer.Cli.Verbs;

internal sealed class WatchVerb() : Verb("watch", "Show the report of a run while it goes on, in a browser.")
{
    private readonly Argument<string> _run = RequiredPath(
        "RUN", "Output folder of a run: one that goes on, has ended, or has not begun.");

    private readonly Option<int> _port = PortOption.Of("--port");

    public override IReadOnlyList<Argument> Arguments => [_run];

    public override IReadOnlyList<Option> Options => [_port];

    public override IReadOnlyList<string> Details =>
    [
        "Serves the page that `molengine report` writes, at 127.0.0.1, and keeps it as the run is: verdict, curves, "
            + "advice. Only what changes is drawn again; what is unfolded or scrolled stays. It reads the run's files "
            + "and needs neither model nor GPU. `molengine train --watch` trains and serves the page at once.",
        "A run that has not begun is waited for; when it ends the page says so and asks no more; one that stopped, or "
            + "whose folder was removed, is told. A lost connection is shown, and tried again.",
        "It answers this machine alone, to the names localhost, 127.0.0.1 and [::1]. From another machine: "
            + "`ssh -L 8001:127.0.0.1:8001 MACHINE`, and http://127.0.0.1:8001 there. Who else works on this machine "
            + "can open the page too.",
    ];

    public override IReadOnlyList<(string Line, string Does)> Examples =>
    [
        ("molengine watch runs/cardiology", "Serves the page at http://127.0.0.1:8001 until Ctrl-C."),
        ("molengine watch runs/cardiology --port 0", "The same at a port that is free."),
    ];

    public override int Run(ParseResult arguments, CommandContext context) =>
        WatchRunner.Run(arguments.GetRequiredValue(_run), PortOption.Read(arguments, _port), context);
}
