using System.Globalization;
using System.Runtime.InteropServices;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Interop;
using MolEngine.Trainer.Reporting;

namespace MolEngine.Trainer.Cli.Runners;

internal static class DoctorRunner
{
    private const string NoSimd = "none that the CPU backend uses (AVX2 with FMA, or AVX-512): training is slow here";

    public static int Run(CommandContext context)
    {
        MachineInfo machine = MachineInfo.Read();
        SimdLevel best = SimdLevels.Best;
        (string, string)[] lines =
        [
            ("version", $"molengine {typeof(DoctorRunner).Assembly.GetName().Version!.ToString(3)}"),
            ("system", $"{RuntimeInformation.OSDescription.Trim()} ({RuntimeInformation.OSArchitecture})"),
            (".NET", RuntimeInformation.FrameworkDescription),
            ("processor", machine.Processor),
            ("SIMD", best == SimdLevel.Scalar ? NoSimd : $"{best}"),
            ("cores", Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture)),
            ("memory", $"{Gibibytes(machine.TotalMemory)} in all, {Gibibytes(machine.AvailableMemory)} available"),
            ("GPU", CudaProbe.Run().Sentence),
        ];
        foreach ((string name, string text) in lines)
            context.Out.WriteLine($"{name,-10} {text}");
        return ExitCode.Done;
    }

    private static string Gibibytes(long bytes) =>
        (bytes / (double)(1L << 30)).ToString("F1", CultureInfo.InvariantCulture) + " GiB";
}
