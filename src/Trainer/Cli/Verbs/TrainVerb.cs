using System.CommandLine;
using MolEngine.Runs;
using MolEngine.Trainer.Cli.Runners;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Cli.Verbs;

internal sealed class TrainVerb() : Verb("train", "Train a model on domain text without losing what it knew.")
{
    private readonly Argument<string?> _config = new("CONFIG")
    {
        CustomParser = PathOf,
        Description = "YAML file that says what is trained, on what, and how.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _resume = OptionalPath(
        "--resume", "RUN",
        "Go on with a run that was interrupted, from its newest checkpoint, to the bit. Instead of CONFIG.");

    private readonly Option<string[]> _set = Settings(
        "Sets a key of the config, over the file; VALUE is YAML. May be given several times.");

    private readonly Option<bool> _untilInputEnds = Flag(
        "--until-input-ends", "Stop as by Ctrl-C when standard input ends: for a program that starts this one.");

    private readonly Option<bool> _watch = Flag(
        "--watch", "Serve the run's report while it trains, for a browser on this machine: as `molengine watch` does.");

    private readonly Option<int> _port = PortOption.Of("--port");

    public override IReadOnlyList<Argument> Arguments => [_config];

    public override IReadOnlyList<Option> Options => [_resume, _set, _untilInputEnds, _watch, _port];

    public override IReadOnlyList<string> Details =>
    [
        "Domain corpora learn by cross-entropy; general corpora are held to the base model by a reverse KL divergence "
            + "(Mixture of Losses). "
            + "Documents are packed into rows; the run prints its progress, validates on held-out documents, and "
            + "leaves metrics.jsonl, the resolved config and a PEFT adapter (method: lora) or a Hugging Face folder "
            + "(method: full) in the output folder.",
        "On a terminal the step, its figures and the time left are redrawn in place, below validations and notes, "
            + "which stay; elsewhere every step is a line. `molengine inspect CONFIG` shows the data without training.",
        "Relative paths of model and corpora are looked up beside the config, then in the current directory; output "
            + "is relative to the current directory.",
        "Checkpoints appear whole or not at all. Ctrl-C and SIGTERM stop at the next micro-batch and save the last "
            + "finished step; after a kill or a power cut the newest checkpoint is there, and a disk that fails or is "
            + "full is an error that says what is saved. --resume passes over damaged checkpoints, and says so; it "
            + "refuses another model, other data, or other settings that matter, and says what differs; with --set it "
            + $"may change {string.Join(", ", ConfigManual.FreeOnResume())}. Precision, gemm and the held-out "
            + "documents stay what they became when the run began.",
        "A run that starts from an adapter (lora.from) keeps a copy of it in its own folder, start_adapter, and goes "
            + "on from there where the adapter is gone; one that has changed is refused.",
        "Refused before anything is written: an output in a folder of a corpus, of the model or of lora.from, and a "
            + "plan that would train nothing, with a learning rate of 0 in every step or KL alone on the base model "
            + "itself. What is merely odd is told in a line: warm-up through all steps, a batch that is short, a "
            + "corpus that is never seen.",
        "It computes on the first NVIDIA GPU, in bf16, else on the CPU, in fp32; device, precision and gemm say "
            + "otherwise. A run that does not fit the GPU's free memory is refused before anything is loaded: "
            + "`molengine plan` tells beforehand.",
    ];

    public override (string Title, IEnumerable<(string Name, string Text)> Lines) Table =>
        ("Keys of the config", ConfigManual.Lines());

    public override IReadOnlyList<(string Line, string Does)> Examples =>
    [
        ("molengine train examples/quickstart/config.yaml", "Teaches a small model a new field, in about two minutes."),
        ("molengine train run.yaml --set output=runs/b --set loss.kind=ce --set optimizer.learning_rate=5e-4",
            "The same config with three keys changed."),
        ("molengine train --resume runs/b", "Goes on after an interruption."),
        ("molengine train run.yaml --watch", "Trains, and shows the report as it grows at http://127.0.0.1:8001."),
    ];

    public override int Run(ParseResult arguments, CommandContext context)
    {
        string? config = arguments.GetValue(_config), resume = arguments.GetValue(_resume);
        string[] settings = arguments.GetValue(_set) ?? [];
        if (config is null == resume is null)
        {
            throw Mistake(
                "CONFIG, --resume", $"expected exactly one of them, got {(config is null ? "neither" : "both")}");
        }

        if (arguments.GetValue(_untilInputEnds))
            context.StopWhenEnds(Console.OpenStandardInput());
        int? port = arguments.GetValue(_watch) ? PortOption.Read(arguments, _port) : null;
        if (port is null && arguments.GetResult(_port) is { Implicit: false })
            throw Mistake(_port.Name, $"expected it with {_watch.Name} alone, got it without");
        return TrainRunner.Run(
            () => config is not null
                ? RunConfigLoader.Load(config, settings)
                : RunConfigLoader.OfRun(RunDirectory.Open(resume!), settings),
            resume is not null, port, context);
    }
}
