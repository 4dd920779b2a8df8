using System.Text.RegularExpressions;
using MolEngine.Basics.Files;
using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;
using MolEngine.Kernels.Launch;
using MolEngine.Trainer.Benchmarks;

namespace MolEngine.Trainer.Cli.Runners;

internal static partial class KernelsRunner
{
    private const string EmbeddedFolder = "kernels/ptx";

    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(KernelsOptions options, CommandContext context)
    {
        switch (options.Action)
        {
            case KernelsAction.List:
                List(options, context.Out);
                break;
            case KernelsAction.Build:
                Build(options, context);
                break;
            default:
                Embed(options, context.Out);
                break;
        }

        return ExitCode.Done;
    }

    private static void List(KernelsOptions options, TextWriter to)
    {
        foreach (KernelContract contract in options.Sources.Select(KernelContract.Of))
        {
            to.WriteLine(contract.File);
            Lines(contract.Summary, 2);
            foreach (KernelContract.Promise kernel in contract.Kernels)
            {
                to.WriteLine();
                to.WriteLine($"  {kernel.Declaration}");
                Lines(kernel.Lines, 2);
            }

            to.WriteLine();
        }

        void Lines(IEnumerable<string> lines, int indent)
        {
            foreach (string line in lines)
                to.WriteLine(line.Length == 0 ? "" : new string(' ', indent) + line);
        }
    }

    private static void Build(KernelsOptions options, CommandContext context)
    {
        NvrtcCompiler compiler = Compiler(options.Search);
        foreach (string architecture in options.Architectures)
            CheckArchitecture(architecture, compiler);
        context.Out.WriteLine(compiler.Name);
        context.Out.WriteLine(Row("kernel", "arch", "registers", "shared", "spills", "threads", "occupancy", "limit"));

        // A compilation works on one core; what it makes is told in order, as soon as it is there.
        var made = options.Sources.SelectMany(
            source => options.Architectures.Select(a => (Source: source, Target: a)))
            .AsParallel().AsOrdered().WithMergeOptions(ParallelMergeOptions.NotBuffered)
            .Select(x => (x.Source, x.Target, Made: KernelStatistics.Of(compiler, x.Source, x.Target)));
        foreach ((KernelSource source, string architecture, var (compiled, kernels)) in made)
        {
            if (PtxasLog.Warnings(compiled.Log) is { Length: > 0 } warnings)
                context.Error.WriteLine(warnings);
            if (options.To is { } folder)
                Keep(Path.Combine(folder, architecture), $"{source.Name}.cubin", compiled.Cubin);
            foreach (KernelStatistics kernel in kernels)
                context.Out.WriteLine(Describe(kernel));
        }
    }

    private static string Describe(KernelStatistics statistics)
    {
        KernelResources kernel = statistics.Resources;
        Occupancy? occupancy = statistics.Occupancy(statistics.Threads);
        return Row(
            kernel.Name, kernel.Architecture, $"{kernel.Registers}", $"{kernel.SharedBytes}",
            $"{kernel.SpillStoreBytes}+{kernel.SpillLoadBytes}",
            statistics.Threads?.ToString() ?? "any",
            occupancy is null ? "unknown" : Percent(occupancy.Share),
            occupancy?.Limit ?? "");
    }

    private static string Percent(double share) => $"{100 * share:F0} %";

    private static string Row(params string[] cells) =>
        $"{cells[0],-24} {cells[1],-7} {cells[2],9} {cells[3],7} {cells[4],9} {cells[5],7} {cells[6],9}  {cells[7]}"
            .TrimEnd();

    private static void Embed(KernelsOptions options, TextWriter to)
    {
        string folder = options.To ?? EmbeddedFolder;
        if (!Directory.Exists(folder))
        {
            throw new UserException(
                $"--out: {folder}: expected a folder, got no such folder. Run this in the repository's root.");
        }

        NvrtcCompiler compiler = Compiler(options.Search);
        foreach (KernelSource source in options.Sources)
        {
            EmbeddedPtx made = EmbeddedPtx.Make(source, compiler);
            string path = Path.Combine(folder, $"{source.Name}.ptx");
            bool same = File.Exists(path) && File.ReadAllText(path) == made.Text;
            if (!same)
                DurableFiles.WriteText(path, made.Text);
            to.WriteLine($"{path}: {(same ? "as it was" : "written")} ({made.Compiler})");
        }
    }

    private static void Keep(string folder, string name, byte[] bytes)
    {
        Directory.CreateDirectory(folder);
        DurableFiles.Write(Path.Combine(folder, name), stream => stream.Write(bytes));
    }

    private static NvrtcCompiler Compiler(LibrarySearch search)
    {
        (NvrtcCompiler? compiler, string sentence, LibraryFinding library) = CudaToolkit.FindNvrtc(search);
        return compiler ?? throw new EnvironmentFaultException(
            $"NVRTC: {(library.Found ? sentence : "not found")}. Install it (`pip install nvidia-cuda-nvrtc-cu12`, or "
            + $"a CUDA toolkit) or name its folder by {OptionNames.CudaPath} or in {LibrarySearch.PathVariable}. "
            + "Tried:\n"
            + library.Places);
    }

    private static void CheckArchitecture(string architecture, NvrtcCompiler compiler)
    {
        int least = ComputeCapability.Least.Number;
        if (Architecture().IsMatch(architecture) && KernelStatistics.CapabilityOf(architecture).Number is var number
            && number >= least
            && compiler.Architectures.Contains(number))
            return;
        IEnumerable<string> known = compiler.Architectures.Where(n => n >= least).Select(n => $"sm_{n}");
        throw new UserException(
            $"--arch: {architecture}: expected one of {string.Join(", ", known)} ({compiler.Name})");
    }

    [GeneratedRegex(@"^sm_\d{2,3}[af]?$")]
    private static partial Regex Architecture();
}
