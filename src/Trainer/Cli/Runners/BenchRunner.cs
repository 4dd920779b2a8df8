using MolEngine.Basics.Text;
using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;
using MolEngine.Trainer.Benchmarks;
using MolEngine.Trainer.Devices;

namespace MolEngine.Trainer.Cli.Runners;

internal static class BenchRunner
{
    /// <summary>Two and a half of the tiles that the head takes a vocabulary in; more would be the same.</summary>
    public const int VirtualVocabulary = 20_480;

    /// <summary>Far beyond any cache; and a product that keeps all multiprocessors at work.</summary>
    private const int CopyBytes = 1 << 29, ProductSide = 8192;

    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(BenchOptions options, CommandContext context)
    {
        if (options.Device.Kind == DeviceKind.Virtual)
            Count(options, CudaToolkit.FindNvrtc(options.Search), context);
        else
            Time(options, context);
        return ExitCode.Done;
    }

    /// <param name="nvrtc">Tells of registers, where it was found.</param>
    internal static void Count(
        BenchOptions options, (NvrtcCompiler? Compiler, string Sentence, LibraryFinding Library) nvrtc,
        CommandContext context)
    {
        BenchModel model = options.Model with
        {
            Vocabulary = Math.Min(options.Model.Vocabulary, VirtualVocabulary),
        };
        using var bench = new CountedBench();
        context.Out.WriteLine($"{bench.Driver.Device.Name}, executed by the CPU; {Describe(options, model)}");
        context.Out.WriteLine(CountTable.Heading);
        var all = new List<KernelCounts>();
        foreach (BenchCase call in StepOps.Of(bench.Ops, model, options.Tokens))
        {
            context.Interrupted.ThrowIfCancellationRequested();
            IReadOnlyList<KernelCounts> kernels = bench.Run(call);
            foreach (string line in CountTable.Lines(call, kernels))
                context.Out.WriteLine(line);
            context.Out.Flush();
            all.AddRange(kernels);
        }

        ResourceTable? resources = nvrtc.Compiler is null ? null : ResourceTable.Make(nvrtc.Compiler, all);
        context.Out.WriteLine();
        if (resources is null)
            context.Out.WriteLine($"registers, spills and occupancy: NVRTC: {nvrtc.Sentence}");
        foreach (string line in resources?.Lines() ?? [])
            context.Out.WriteLine(line);
        BenchCsv.Write(
            options.Csv, BenchCsv.Source(bench.Driver.Device.Name, bench.Driver, options with { Model = model }),
            CountTable.Columns(all, resources));
    }

    private static void Time(BenchOptions options, CommandContext context)
    {
        CudaProbe probe = CudaProbe.Run(options.Search);
        CudaDeviceProperties device =
            ComputeDevice.Require(probe, options.Device.Ordinal, OptionNames.Device);
        CudaToolkit toolkit = CudaToolkit.Find(options.Search, probe.NewestMajor);
        DeviceLimits limits;
        using (Ops ops = Open(toolkit.Blas, null))
        {
            EventClock clock = CudaBackend.ClockOf(ops);
            limits = DeviceLimits.Measure(ops, clock.Times, CopyBytes, ProductSide);
        }

        var log = new WorkLog();
        ICublasLt? products = ComputeDevice.Products(
            options.Gemm, options.Search, OptionNames.Gemm, probe.NewestMajor);
        using Ops measured = Open(products, log);
        string by = toolkit.Blas is null ? "this program's kernels" : toolkit.BlasSentence.Split(" (")[0];
        Time(
            options, new TimedBench(measured, log, CudaBackend.ClockOf(measured).Times, limits), measured,
            new BenchSubject(device.Name, CudaProbe.NativeDriver(), by), context);

        Ops Open(ICublasLt? blas, IWorkMeter? meter) =>
            ComputeDevice.OpenCuda(probe, device.Ordinal, options.Search, DType.BF16, blas, meter);
    }

    /// <summary>Times all ops on a device that is open.</summary>
    internal static void Time(
        BenchOptions options, TimedBench bench, Ops ops, BenchSubject subject, CommandContext context)
    {
        string products = DeviceKeys.GemmOf(ops);
        context.Out.WriteLine($"{subject.Device}; {Describe(options, options.Model)}; gemm {products}");
        context.Out.WriteLine(TimeTable.Limits(bench.Limits, subject.ProductBy));
        context.Out.WriteLine(TimeTable.Heading);
        var all = new List<OpTimes>();
        foreach (BenchCase call in StepOps.Of(ops, options.Model, options.Tokens))
        {
            context.Interrupted.ThrowIfCancellationRequested();
            OpTimes times = bench.Run(call);
            context.Out.WriteLine(TimeTable.Line(times));
            context.Out.Flush();
            all.Add(times);
        }

        BenchCsv.Write(
            options.Csv, BenchCsv.Source(subject.Device, subject.Driver, options),
            TimeTable.Columns(all, subject.ProductBy, products));
    }

    private static string Describe(BenchOptions options, BenchModel model)
    {
        string whole = model == options.Model ? "" : $" of {options.Model.Vocabulary}";
        return $"{model.Key}: hidden {model.Hidden}, intermediate {model.Intermediate}, {model.Heads}, vocabulary "
            + $"{model.Vocabulary}{whole}; {Counts.Of(options.Tokens, "token")}";
    }
}
