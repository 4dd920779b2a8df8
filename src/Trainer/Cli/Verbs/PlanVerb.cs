using System.CommandLine;
using MolEngine.Kernels.Planning;
using MolEngine.Trainer.Cli.Runners;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Cli.Verbs;

internal sealed class PlanVerb() : Verb("plan", "Memory and speed of a run on a GPU, before anything runs.")
{
    private const string GpuName = "--gpu", Default = "h100";

    private readonly Argument<string> _config = RequiredPath("CONFIG", "YAML file, as `molengine train` takes it.");
    private readonly Option<string?> _gpu = Optional(
        GpuName, "GPU", $"{Gpus} (default: {Default}).");

    private readonly Option<bool> _kernels = Flag(
        "--kernels", "Lists every kernel of a micro-batch: how often it is launched, and the bytes of its tensors.");

    private readonly Option<string[]> _set = Settings(
        "Sets a key of the config, over the file; VALUE is YAML. May be given several times.");

    private static string Gpus => string.Join(", ", GpuModel.All.Select(d => d.Key));

    public override IReadOnlyList<Argument> Arguments => [_config];

    public override IReadOnlyList<Option> Options => [_gpu, _kernels, _set];

    public override IReadOnlyList<string> Details =>
    [
        "Needs no GPU and reads no weights: the program that trains takes a step on a driver that only keeps account, "
            + "so memory is what training allocates, by what it is for. Beside it stand 0.75 GiB for the driver's "
            + "context and kernels.",
        "Speed is a forecast of a whole step: every matrix product and kernel takes its arithmetic or its memory at "
            + "the GPU's data sheet, whichever is longer (the limit), and 65 % of that for products, 40 % for "
            + "attention and 80 % for memory are expected of it. Documents are taken to be as long as a row, the "
            + "worst for attention. docs/performance.md says more.",
        "Where the run does not fit, the smallest change that makes it fit is named. The exit code is 0 where it fits, "
            + "1 where it does not.",
    ];

    public override IReadOnlyList<(string Line, string Does)> Examples =>
    [
        ("molengine plan run.yaml --gpu 4090", "Whether a run fits a GeForce RTX 4090, and how fast it would be."),
        ("molengine plan run.yaml --set micro_batch=4 --set recompute=layer",
            "The same of other settings, on an H100."),
    ];

    public override int Run(ParseResult arguments, CommandContext context)
    {
        string key = arguments.GetValue(_gpu) ?? Default;
        GpuModel device = GpuModel.Find(key) ?? throw Mistake(
            GpuName, $"{key}: expected one of {Gpus}");
        RunConfig run = RunConfigLoader.Load(
            arguments.GetRequiredValue(_config), arguments.GetValue(_set) ?? []);
        return PlanRunner.Run(run, device, arguments.GetValue(_kernels), context);
    }
}
