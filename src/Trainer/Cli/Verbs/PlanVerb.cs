using System.CommandLine;
using MolEngine.Kernels.Planning;
using MolEngine.Trainer.Cli.Runners;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Devices;
using MolEngine.Trainer.Planning;

namespace MolEngine.Trainer.Cli.Verbs;

internal sealed class PlanVerb() : Verb("plan", "Memory, speed and hours of a run, before anything runs.")
{
    private const string GpuName = "--gpu", CpuName = "--cpu", Default = "h100";

    private readonly Argument<string> _config = RequiredPath("CONFIG", "YAML file, as `molengine train` takes it.");
    private readonly Option<string?> _gpu = Optional(
        GpuName, "GPU", $"{Gpus} (default: {Default}).");

    private readonly Option<bool> _cpu = Flag(
        CpuName, "Plans for this machine's CPU instead, as it does where the config's device is cpu.");

    private readonly Option<bool> _kernels = Flag(
        "--kernels", "Lists every kernel of a micro-batch: how often it is launched, and the bytes of its tensors.");

    private readonly Option<string[]> _set = Settings(
        "Sets a key of the config, over the file; VALUE is YAML. May be given several times.");

    private static string Gpus => string.Join(", ", GpuModel.All.Select(d => d.Key));

    public override IReadOnlyList<Argument> Arguments => [_config];

    public override IReadOnlyList<Option> Options => [_gpu, _cpu, _kernels, _set];

    public override IReadOnlyList<string> Details =>
    [
        "Needs no GPU and reads no weights: the program that trains takes a step on a driver that only keeps account, "
            + "so memory is what training allocates, by what it is for. Beside it stand 0.75 GiB for the driver's "
            + "context and kernels.",
        "Speed is a forecast of a whole step: every matrix product and kernel takes its arithmetic or its memory at "
            + "the GPU's data sheet, whichever is longer (the limit), and 65 % of that for products, 40 % for "
            + "attention and 80 % for memory are expected of it. Documents are taken to be as long as a row, the "
            + "worst for attention. docs/performance.md says more.",
        "Of a CPU the limits are measured first, in a second; 70 % of them for products, 50 % for attention and 80 % "
            + "for memory are expected.",
        "Hours are those of all steps. Where they follow from the data (epochs), it is read as training reads it, and "
            + "what is tokenized is kept for training.",
        "Where the run does not fit, the smallest change that makes it fit is named. The exit code is 0 where it fits, "
            + "1 where it does not.",
    ];

    public override IReadOnlyList<(string Line, string Does)> Examples =>
    [
        ("molengine plan run.yaml --gpu 4090", "Whether a run fits a GeForce RTX 4090, and how fast it would be."),
        ("molengine plan run.yaml --set micro_batch=4 --set recompute=layer",
            "The same of other settings, on an H100."),
        ("molengine plan run.yaml --cpu", "Whether it fits the memory that is free here, and how long it would take."),
    ];

    public override int Run(ParseResult arguments, CommandContext context)
    {
        RunConfig run = RunConfigLoader.Load(
            arguments.GetRequiredValue(_config), arguments.GetValue(_set) ?? []);
        return PlanRunner.Run(run, Device(arguments, run), arguments.GetValue(_kernels), context);
    }

    private GpuModel Device(ParseResult arguments, RunConfig run)
    {
        string? key = arguments.GetValue(_gpu);
        bool isOnHost = arguments.GetValue(_cpu);
        if (key is not null && isOnHost)
        {
            throw Mistake(
                CpuName, $"expected either a GPU or the CPU, got {GpuName} {key}, too. Leave one of them out");
        }

        if (isOnHost || (key is null && run.Device.Device.Kind == DeviceKind.Cpu))
            return HostModel.Measured(run.Threads);
        key ??= Default;
        return GpuModel.Find(key) ?? throw Mistake(GpuName, $"{key}: expected one of {Gpus}");
    }
}
