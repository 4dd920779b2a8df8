using System.CommandLine;

namespace MolEngine.Trainer.Cli.Verbs;

internal sealed class CompletionVerb() : Verb("completion", "A script by which a shell completes verbs and options.")
{
    private readonly Argument<string> _shell = Required("SHELL", "bash, zsh or fish.");

    public override IReadOnlyList<Argument> Arguments => [_shell];

    public override IReadOnlyList<string> Details => ["The shell reads it when it starts, from the file named below."];

    public override IReadOnlyList<(string Line, string Does)> Examples =>
    [
        ("molengine completion bash > ~/.local/share/bash-completion/completions/molengine", "For bash."),
        ("molengine completion zsh >> ~/.zshrc", "For zsh."),
        ("molengine completion fish > ~/.config/fish/completions/molengine.fish", "For fish."),
    ];

    public override int Run(ParseResult arguments, CommandContext context)
    {
        IReadOnlyList<Verb> verbs = VerbTable.All();
        context.Out.Write(arguments.GetRequiredValue(_shell) switch
        {
            "bash" => Completion.Bash(verbs, forZsh: false),
            "zsh" => Completion.Bash(verbs, forZsh: true),
            "fish" => Completion.Fish(verbs),
            var other => throw Mistake("SHELL", $"expected bash, zsh or fish, got {other}"),
        });
        return ExitCode.Done;
    }
}
