using System.CommandLine;
using MolEngine.Kernels.Checks;
using MolEngine.Trainer.Cli.Runners;

namespace MolEngine.Trainer.Cli.Verbs;

internal sealed class SelftestVerb() : Verb(
    "selftest", "Compare every CUDA kernel with the CPU, on this machine's GPU; or try what ranks do together.")
{
    private readonly Option<string?> _device = DeviceOptions.Gpu();

    private readonly Option<string?> _cudaPath = CudaPathOption.Make();

    private readonly Option<bool> _verbose = Flag("--verbose", "Lists the cases of each kernel too.");

    private readonly Option<string[]> _kernels = new(OptionNames.Kernel)
    {
        HelpName = "NAME",
        Description = $"Tries this kernel alone ({CublasLtCheck.Name} is the library); may be given several times.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> _code = Optional(
        OptionNames.Code, "KIND", "ptx or nvrtc: how kernels come to a GPU (default: both, where NVRTC is found).");

    private readonly Option<bool> _short = Flag(
        OptionNames.Short, "Tries the first few cases of each kernel, and measures none: for slow tools that watch.");

    private readonly Option<bool> _json = Flag(
        OptionNames.Json, "Writes a JSON object a kernel, one a line, instead of the table.");

    private readonly Option<bool> _ranks = Flag(
        OptionNames.Ranks,
        "Tries the collectives of the ranks that a launcher (mpirun, srun) has started, and no kernel.");

    public override IReadOnlyList<Option> Options =>
        [_device, _cudaPath, _kernels, _code, _short, _json, _verbose, _ranks];

    public override IReadOnlyList<string> Details =>
    [
        "Prints a line for each kernel: whether it passes, the largest relative error, how many cases were tried, how "
            + "well it uses memory, what its results are held to, and the case of the largest error. A failure names "
            + "the first element that differs.",
        "On a GPU the kernels are tried as the driver compiles them from the PTX in the program and, where NVRTC is "
            + "found, as NVRTC does. Memory: the median time of a launch and its bandwidth over the bytes that must "
            + "move, beside that of a copy of as many bytes on the device in the same run.",
        $"The line {CublasLtCheck.Name} compares NVIDIA's library, where it is found, with this program's products, as "
            + "it is compared before each run: a library that fails is not used.",
        "The virtual GPU executes the same PTX on the CPU and is stricter than hardware: races, reads of memory that "
            + "was never written and accesses out of bounds fail too. Memory: the bytes that the kernel moves, by its "
            + "32-byte sectors, over those that must move.",
        "After a fault such as an illegal address CUDA is lost to the process that met it: the kernels that are left "
            + "are tried in other processes, so that each is told by its own doing. With --json it ends there.",
        "With --ranks, started by a launcher as a run will be: every collective against numbers that each rank can "
            + "make of every rank, to the bit, over odd sizes; what the largest took. Before a long run on ranks.",
        "The exit code is 0 where all kernels pass, 1 where one fails, 3 where there is no such GPU.",
    ];

    public override IReadOnlyList<(string Line, string Does)> Examples =>
    [
        ("molengine selftest", "Tries the kernels on the first GPU."),
        ("molengine selftest --device virtual", "The same on a machine without one."),
        ("molengine selftest --short --kernel adamw_f32", "A few cases of one kernel."),
        ("mpirun -n 4 molengine selftest --ranks", "What four ranks do together."),
    ];

    public override int Run(ParseResult arguments, CommandContext context) => arguments.GetValue(_ranks)
        ? RanksSelftest.Run(context)
        : SelftestRunner.Run(Selftest(arguments), context);

    private SelftestOptions Selftest(ParseResult arguments) =>
        new SelftestOptions(
            DeviceOptions.Gpu(arguments, _device), arguments.Folder(_cudaPath), Code(arguments), Checks(arguments),
            Names(arguments) is [] || Names(arguments).Contains(CublasLtCheck.Name),
            arguments.GetValue(_short), arguments.GetValue(_json), arguments.GetValue(_verbose));

    private SelftestCode? Code(ParseResult arguments) => arguments.GetValue(_code) switch
    {
        null => null,
        "ptx" => SelftestCode.Ptx,
        "nvrtc" => SelftestCode.Nvrtc,
        { } other => throw Mistake(OptionNames.Code, $"{other}: expected ptx or nvrtc"),
    };

    private string[] Names(ParseResult arguments) => arguments.GetValue(_kernels) ?? [];

    /// <summary>In their own order.</summary>
    private KernelCheck[] Checks(ParseResult arguments)
    {
        string[] names = Names(arguments);
        string? unknown = names.FirstOrDefault(
            n => n != CublasLtCheck.Name && KernelChecks.All.All(c => c.Kernel != n));
        return unknown is null
            ? [.. KernelChecks.All.Where(c => names.Length == 0 || names.Contains(c.Kernel))]
            : throw Mistake(
                OptionNames.Kernel,
                $"{unknown}: expected one of {string.Join(", ", KernelChecks.All.Select(c => c.Kernel))}, "
                + CublasLtCheck.Name);
    }
}
