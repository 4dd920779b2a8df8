using System.Runtime.InteropServices;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;
using MolEngine.Trainer.Devices;
using MolEngine.VirtualGpu.Driver;

namespace MolEngine.Trainer.Cli.Runners;

internal static class DoctorRunner
{
    private const string NoSimd = "none that the CPU backend uses (AVX2 with FMA, or AVX-512): training is slow here";

    private static readonly string VirtualGpu =
        $"{DeviceProfile.Sm80.Name}, a GPU that the CPU plays, for tests: `device: virtual`, `--device virtual`";

    public static int Run(LibrarySearch search, CommandContext context)
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
            ("cores", Environment.ProcessorCount.ToString()),
            ("memory", $"{Gibibytes(machine.TotalMemory)} in all, {Gibibytes(machine.AvailableMemory)} available"),
            ("GPU", $"{gpu.Sentence}; {Default(gpu)}"),
            ("virtual", VirtualGpu),
            ("NVRTC", toolkit.NvrtcSentence),
            ("cuBLASLt", toolkit.BlasSentence),
        ];
        foreach ((string name, string text) in lines)
            context.Out.WriteLine($"{name,-10} {text}");
        foreach (LibraryFinding library in new[] { gpu.Library, toolkit.NvrtcLibrary, toolkit.BlasLibrary })
            WritePlaces(library, context.Out);
        return ExitCode.Done;
    }

    /// <summary>What a run or verb that names no device computes on.</summary>
    private static string Default(CudaProbe probe) => ComputeDevice.FirstUsable(probe) is { } device
        ? $"the default is cuda:{device.Ordinal}"
        : "the default is the CPU";

    private static void WritePlaces(LibraryFinding library, TextWriter to)
    {
        if (library.Found)
            return;
        to.WriteLine();
        to.WriteLine(
            $"{library.Title} was looked for in ({OptionNames.CudaPath}, {DeviceKeys.CudaPath.Path} in a config or "
            + $"{LibrarySearch.PathVariable} names a folder to begin with):");
        to.WriteLine(library.Places);
    }

    private static string Gibibytes(long bytes) =>
        (bytes / (double)(1L << 30)).ToString("F1") + " GiB";
}
