using System.CommandLine;
using MolEngine.Trainer.Cli.Runners;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Cli.Verbs;

internal sealed class DoctorVerb() : Verb("doctor", "What this machine offers: processor, vector width, memory, GPU.")
{
    private readonly Argument<string?> _config = new("CONFIG")
    {
        CustomParser = PathOf,
        Description = "Config of a run: its cuda_path is where NVIDIA's libraries are looked for first.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _cudaPath = CudaPathOption.Make();

    public override IReadOnlyList<Argument> Arguments => [_config];

    private readonly Option<bool> _verbose = Flag(
        "--verbose", "Lists every place where a library that is missing was looked for.");

    public override IReadOnlyList<Option> Options => [_cudaPath, _verbose];

    public override IReadOnlyList<string> Details =>
    [
        "Without a GPU everything runs on the CPU; with one, on the first that will do. The last sentence says which "
            + "that is here, and what would change it.",
        "NVIDIA's libraries (the driver, NVRTC, cuBLASLt) are looked for where they usually lie. A folder to begin "
            + "with can be named by --cuda-path, in a config's cuda_path, or in MOLENGINE_CUDA_PATH.",
        "MPI is for runs on several ranks; a launcher's own library is taken first. MOLENGINE_MPI_PATH names another, "
            + "or its folder.",
    ];

    public override IReadOnlyList<(string Line, string Does)> Examples =>
    [
        ("molengine doctor", "Prints a line for each."),
        ("molengine doctor run.yaml", "The same as that run will find it."),
        ("molengine doctor --verbose", "Where the libraries were looked for, too."),
    ];

    public override int Run(ParseResult arguments, CommandContext context)
    {
        string? config = arguments.GetValue(_config);
        string? configured = config is null ? null
            : RunConfigLoader.Load(config, inputsMayBeAbsent: true).Device.CudaPath;
        return DoctorRunner.Run(
            arguments.Search(_cudaPath, configured), arguments.GetValue(_verbose), context);
    }
}
