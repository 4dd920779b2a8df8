using System.CommandLine;
using MolEngine.Trainer.Cli.Runners;

namespace MolEngine.Trainer.Cli.Verbs;

/// <param name="IsAdapter">The folder holds adapter_config.json; else it is a model.</param>
internal sealed record InspectOptions(string Path, bool IsAdapter);

internal sealed class InspectVerb() : Verb("inspect", "What a model or an adapter is made of.")
{
    private readonly Argument<string> _path = Required("PATH", "Model folder, or PEFT adapter folder.");

    public override IReadOnlyList<Argument> Arguments => [_path];

    public override IReadOnlyList<string> Details =>
        ["Shows the architecture, every tensor's shape and type, the number of parameters and the memory they take."];

    public override IReadOnlyList<(string Line, string Does)> Examples =>
        [("molengine inspect models/base", "Lists the tensors of a model.")];

    public override int Run(ParseResult arguments, CommandContext context)
    {
        string path = arguments.GetRequiredValue(_path);
        bool adapter = System.IO.File.Exists(Path.Combine(path, Inputs.AdapterConfig));
        string folder = adapter ? Inputs.AdapterFolder(path, "PATH")! : Inputs.ModelFolder(path, "PATH");
        return InspectRunner.Run(new InspectOptions(folder, adapter), context);
    }
}
