using System.Runtime.InteropServices;
using MolEngine.Basics.Text;
using MolEngine.Kernels.Collectives;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;
using MolEngine.VirtualGpu.Driver;

namespace MolEngine.Trainer.Cli.Runners;

internal static class DoctorRunner
{
    private const string NoSimd = "none that the CPU backend uses (AVX2 with FMA, or AVX-512): training is slow here";

    private static readonly string VirtualGpu =
        $"{DeviceProfile.Sm80.Name}, a GPU that the CPU plays, for tests: `device: virtual`, `--device virtual`";

    /// <param name="isVerbose">Tells every place where a missing library was looked for.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(LibrarySearch search, bool isVerbose, CommandContext context)
    {
        MachineInfo machine = MachineInfo.Read();
        CudaProbe gpu = CudaProbe.Run(search);
        CudaToolkit toolkit = CudaToolkit.Find(search, gpu.NewestMajor);
        SimdLevel best = SimdLevels.Best;
        (string, string)[] lines =
        [
            ("version", $"molengine {typeof(DoctorRunner).Assembly.GetName().Version!.ToString(3)}"),
            ("system", $"{RuntimeInformation.OSDescription.Trim()} ({RuntimeInformation.OSArchitecture})"),
            (".NET", RuntimeInformation.FrameworkDescription),
            ("processor", machine.Processor),
            ("SIMD", best == SimdLevel.Scalar ? NoSimd : $"{best}"),
            ("bf16", $"products on the CPU by {CpuBackend.Bf16Products}"),
            ("cores", Environment.ProcessorCount.ToString()),
            ("memory", $"{Gibibytes(machine.TotalMemory)} in all, {Gibibytes(machine.AvailableMemory)} available"),
            ("GPU", gpu.Sentence),
            ("virtual", VirtualGpu),
            ("NVRTC", toolkit.NvrtcSentence),
            ("cuBLASLt", toolkit.BlasSentence),
            ("MPI", Mpi()),
        ];
        foreach ((string name, string text) in lines)
            context.WriteLine($"{name,-10} {text}");
        LibraryFinding[] libraries = [gpu.Library, toolkit.NvrtcLibrary, toolkit.BlasLibrary];
        foreach (LibraryFinding library in libraries.Where(l => !l.Found))
            WriteMissing(library, isVerbose, context);
        context.WriteLine("");
        context.WriteLine(DeviceOutlook.Sentence(gpu, toolkit.Blas is not null));
        return ExitCode.Done;
    }

    /// <summary>The library that ranks speak by, and whether this process is one of several.</summary>
    private static string Mpi()
    {
        LaunchedRank? launched = LaunchedRank.Of(Environment.GetEnvironmentVariable);
        string found = MpiLibrary.Find(launched?.Mpi, out LibraryFinding finding) is { } mpi
            ? $"{mpi.ShortVersion} ({mpi.Finding.Path})"
            : "none of " + string.Join(", ", finding.Tried.Select(t => Path.GetFileName(t.Path)).Distinct())
                + ": needed by runs on several ranks alone";
        return launched is null ? found : $"{found}; rank {launched.Rank} of {launched.Size}, by {launched.Launcher}";
    }

    /// <summary>What was looked for; and what stood in the way where something was found.</summary>
    private static void WriteMissing(LibraryFinding library, bool isVerbose, CommandContext context)
    {
        string files = string.Join(", ", library.Tried.Select(t => Path.GetFileName(t.Path)).Distinct());
        int places = library.Tried.Select(t => Path.GetDirectoryName(t.Path)).Distinct().Count();
        string list = isVerbose ? ":" : " (--verbose lists them)";
        context.WriteLine($"{"missing",-10} {library.Title}: {files}: not in {Counts.Of(places, "place")}{list}");
        if (isVerbose)
            context.WriteLine(library.Places);
        else if (library.Broken.FirstOrDefault() is { } broken)
            context.WriteLine($"{"",-10} {broken.Path}: {broken.Outcome}");
    }

    private static string Gibibytes(long bytes) =>
        (bytes / (double)(1L << 30)).ToString("F1") + " GiB";
}
