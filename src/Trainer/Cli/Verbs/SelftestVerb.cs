using System.CommandLine;
using MolEngine.Trainer.Cli.Runners;

namespace MolEngine.Trainer.Cli.Verbs;

internal sealed class SelftestVerb() : Verb(
    "selftest", "Compare every CUDA kernel with the CPU, on this machine's GPU.")
{
    private readonly Option<string?> _device = DeviceOptions.Gpu();

    private readonly Option<string?> _cudaPath = CudaPathOption.Make();

    private readonly Option<bool> _verbose = Flag("--verbose", "Lists the cases of each kernel too.");

    public override IReadOnlyList<Option> Options => [_device, _cudaPath, _verbose];

    public override IReadOnlyList<string> Details =>
    [
        "Prints a line for each kernel: whether it passes, the largest relative error, how many cases were tried, how "
            + "well it uses memory, what its results are held to, and the case of the largest error. A failure names "
            + "the first element that differs.",
        "On a GPU the kernels are tried as the driver compiles them from the PTX in the program and, where NVRTC is "
            + "found, as NVRTC does. Memory: the median time of a launch and its bandwidth over the bytes that must "
            + "move, beside that of a copy of as many bytes on the device in the same run.",
        "The virtual GPU executes the same PTX on the CPU and is stricter than hardware: races, reads of memory that "
            + "was never written and accesses out of bounds fail too. Memory: the bytes that the kernel moves, by its "
            + "32-byte sectors, over those that must move.",
        "The exit code is 0 where all kernels pass, 1 where one fails, 3 where there is no such GPU.",
    ];

    public override IReadOnlyList<(string Line, string Does)> Examples =>
    [
        ("molengine selftest", "Tries the kernels on the first GPU."),
        ("molengine selftest --device virtual", "The same on a machine without one."),
    ];

    public override int Run(ParseResult arguments, CommandContext context) => SelftestRunner.Run(
        DeviceOptions.Gpu(arguments, _device), arguments.Search(_cudaPath), arguments.GetValue(_verbose), context);
}
