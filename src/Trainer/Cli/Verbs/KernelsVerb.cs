using System.CommandLine;
using MolEngine.Kernels.Compilation;
using MolEngine.Trainer.Cli.Runners;

namespace MolEngine.Trainer.Cli.Verbs;

internal sealed class KernelsVerb() : Verb("kernels", "List the CUDA kernels, or compile them: no GPU is needed.")
{
    private const string DefaultArchitectures = "sm_80,sm_89,sm_90";

    private readonly Argument<string> _action = Required(
        "ACTION", "list: what each kernel promises. build: compile for GPUs and print what each kernel takes. embed: "
        + "make the PTX that is carried inside the program.");

    private readonly Argument<string[]> _files = new("FILE")
    {
        Description = "Sources of kernels/, as attention or attention.cu (default: all).",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string?> _arch = Optional(
        "--arch", "LIST", $"GPU architectures of build, separated by commas (default: {DefaultArchitectures}).");

    private readonly Option<string?> _out = OptionalPath(
        "--out", "DIR", "Folder for the cubins of build (default: none are kept) or the PTX of embed (default: "
        + "kernels/ptx).");

    private readonly Option<string?> _cudaPath = CudaPathOption.Make();

    public override IReadOnlyList<Argument> Arguments => [_action, _files];

    public override IReadOnlyList<Option> Options => [_arch, _out, _cudaPath];

    public override IReadOnlyList<string> Details =>
    [
        "build and embed need NVRTC, NVIDIA's compiler library, of CUDA 12 or 13. It is looked for in the folders that "
            + "--cuda-path and MOLENGINE_CUDA_PATH name, in CUDA_PATH, by the system, in pip's packages and where "
            + "toolkits are installed; `molengine doctor` shows where.",
        "build prints, for each kernel: registers of a thread, bytes of shared memory of a block, bytes spilled "
            + "(stored and loaded), the threads of a block, how full it makes a multiprocessor, and what keeps it from "
            + "more.",
        "embed is for those who change kernels/*.cu: run it in the repository, then build the program again.",
    ];

    public override IReadOnlyList<(string Line, string Does)> Examples =>
    [
        ("molengine kernels list", "Prints the contract of every kernel."),
        ("molengine kernels build --arch sm_80,sm_90 --out out/cubins", "Compiles for A100 and H100."),
        ("molengine kernels build attention --arch sm_90", "Shows what the kernels of one file take."),
    ];

    public override int Run(ParseResult arguments, CommandContext context)
    {
        string action = arguments.GetRequiredValue(_action);
        if (!Enum.TryParse(action, ignoreCase: true, out KernelsAction parsed) || char.IsAsciiDigit(action[0]))
            throw Mistake("ACTION", $"{action}: expected list, build or embed");
        if (parsed != KernelsAction.Build && arguments.GetValue(_arch) is not null)
            throw Mistake("--arch", $"expected it with build alone, got {action}");
        if (parsed == KernelsAction.List && arguments.GetValue(_out) is not null)
            throw Mistake("--out", "expected it with build or embed, got list");
        string[] architectures = (arguments.GetValue(_arch) ?? DefaultArchitectures).Split(
            ',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return KernelsRunner.Run(
            new KernelsOptions(parsed, Sources(arguments.GetValue(_files) ?? []), [.. architectures.Distinct()],
                arguments.GetValue(_out), arguments.Search(_cudaPath)),
            context);
    }

    private IReadOnlyList<KernelSource> Sources(string[] files)
    {
        string[] names = [.. files.Select(f => Path.GetFileNameWithoutExtension(f)).Distinct()];
        if (names.FirstOrDefault(n => !KernelSources.Names.Contains(n)) is { } unknown)
            throw Mistake("FILE", $"{unknown}: expected one of {string.Join(", ", KernelSources.Names)}");
        return names.Length == 0 ? [.. KernelSources.All] : [.. names.Select(KernelSources.Find)];
    }
}
