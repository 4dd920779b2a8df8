using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MolEngine.Kernels.Checks;
using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;
using MolEngine.Kernels.Launch;
using MolEngine.Trainer.Cli;
using MolEngine.Trainer.Cli.Runners;
using MolEngine.Trainer.Devices;
using MolEngine.VirtualGpu.Driver;

namespace MolEngine.Trainer.Tests.Cli;

public sealed class SelftestTests
{
    private static readonly string[] Elementwise = ["adamw", "cast", "elementwise", "reduce", "swiglu"];
    private static readonly string[] Streams = [.. Elementwise, "embedding", "qknormrope", "rmsnorm", "rowsum"];

    [Fact]
    public void All_kernels_pass_on_the_virtual_GPU()
    {
        var output = new StringWriter { NewLine = "\n" };
        var error = new StringWriter { NewLine = "\n" };
        int code = Program.Run(["selftest", "--device", "virtual", "--verbose"], output, error);
        Assert.Equal((0, ""), (code, $"{error}"));
        string[] said = $"{output}".TrimEnd('\n').Split('\n');
        Assert.All(said, l => Assert.InRange(l.Length, 1, 120));
        string[] tried = [.. $"{output}".Replace("\n    ", " ").Split('\n').Where(l => l.Contains(" tried "))];
        string[] lines = [.. said.Where(l => !l.StartsWith("    ", StringComparison.Ordinal))];
        Assert.Equal("virtual sm_80, executed by the CPU; kernels: PTX in the program", lines[0]);
        Assert.Equal($"{KernelChecks.All.Count} kernels pass", lines[^1]);
        Assert.Equal(SelftestTable.Heading(isCounting: true), lines[1]);
        Assert.Equal(KernelChecks.All.Select(c => c.Kernel), lines[2..^1].Select(l => l.TrimStart().Split(' ')[0]));
        Assert.All(
            tried.Where((_, i) => Elementwise.Contains(KernelChecks.All[i].Source)),
            l => Assert.Contains(" 1, 31, 32, 33, 257, 4099, ", l));

        // Where there is an error, the case that had it is one of those that were tried.
        for (int i = 0; i < KernelChecks.All.Count; i++)
        {
            string held = $"  {KernelChecks.All[i].Promise}", line = lines[i + 2];
            Match figures = Regex.Match(line, @" pass +(\S+) +(\d+) ");
            int at = line.IndexOf(held, StringComparison.Ordinal);
            Assert.True(figures.Success && at > 0, line);
            Assert.Equal(figures.Groups[1].Value == "0", at + held.Length == line.Length);
            if (figures.Groups[1].Value != "0")
                Assert.Contains(line[(at + held.Length + 2)..].TrimEnd('\u2026'), tried[i]);
        }

        // Every sector is used whole: what is read and written twice is tables and partial sums. A sort and products
        // of matrices go over their inputs more than once.
        for (int i = 0; i < KernelChecks.All.Count; i++)
        {
            KernelCheck check = KernelChecks.All[i];
            if (!Streams.Contains(check.Source) || check.Kernel == "sort_ids")
                continue;
            Match moved = Regex.Match(lines[i + 2], @" pass +\S+ +\d+ +(\d+\.\d+)  ");
            Assert.True(moved.Success, lines[i + 2]);
            Assert.InRange(double.Parse(moved.Groups[1].Value, CultureInfo.InvariantCulture), 1, 1.05);
        }
    }

    /// <summary>A planted bug in the PTX fails the kernels that have it, and no other.</summary>
    [Theory]
    [InlineData(
        "cvt.rn.bf16x2.f32", "cvt.rz.bf16x2.f32", "cast_f32_bf16,adamw_f32",
        "around it: destination[3]: expected 9.1835E-41 (0x0001), got 0 (0x0000)")]
    [InlineData(
        ", -65536;", ", -131072;", "cast_bf16_f32",
        "every bf16: destination[1]: expected 9.1835E-41 (0x00010000), got 0 (0x00000000)")]
    [InlineData("0d0000000000000000", "0d3FF0000000000000", "sum_squares_f32,sum_f64", "partial[0]: expected ")]
    [InlineData("bar.sync", "// bar.sync", "sum_squares_f32,sum_f64", "race")]
    [InlineData("sqrt.rn.f32", "sqrt.rz.f32", "adamw_f32", "parameter 0[")]
    [InlineData("div.rn.f32", "div.rz.f32", "adamw_f32", "parameter 0[")]
    public void A_wrong_kernel_fails(string right, string wrong, string kernels, string says)
    {
        KernelCheck[] checks = [.. KernelChecks.All.Where(c => c.Source is "adamw" or "cast" or "reduce")];
        (int code, string output) = Run(Mutant, checks);
        string[] failed = [.. Regex.Matches(output, "^  (\\S+) +FAIL ", RegexOptions.Multiline).Select(
            m => m.Groups[1].Value)];
        Assert.Equal(kernels.Split(','), failed);
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains(says, output, StringComparison.OrdinalIgnoreCase);
        Assert.EndsWith($"{failed.Length} of {checks.Length} kernels FAIL\n", output);

        SelftestDevice Mutant() => SelftestDevice.Virtual(new Mutants(right, wrong), new VirtualProcess());
    }

    /// <summary>
    /// A fault ends CUDA in the process: what is left is tried in a real one of its own, where nothing is planted.
    /// </summary>
    [Fact]
    public void After_a_fault_other_processes_go_on()
    {
        KernelCheck[] checks = [.. KernelChecks.All.Where(c => c.Kernel is "sum_f64" or "add_f32" or "add_rows_f32")];
        SelftestOptions options = Options(checks) with { IsShort = true };
        var process = new VirtualProcess();
        SelftestDevice device = SelftestDevice.Virtual(new Mutants("bar.sync", "// bar.sync"), process);
        var output = new StringWriter { NewLine = "\n" };
        using var context = new CommandContext(output, new StringWriter());
        int code = SelftestRunner.Run(
            [device], options, context, (d, left) => SelftestProcesses.Run(options, d.Code, left));
        Assert.Equal(ExitCode.Failed, code);
        Assert.NotEqual(CUresult.CUDA_SUCCESS, process.Status);
        Assert.Matches(
            "(?si)sum_f64 +FAIL .*(race|nothing has written).*After such a fault.*add_f32 +pass .*add_rows_f32 +pass ",
            $"{output}");
        Assert.EndsWith("1 of 3 kernels FAIL\n", $"{output}");
    }

    /// <summary>What is no result, and an error that is not finite, go from process to process too.</summary>
    [Fact]
    public void A_result_is_the_same_behind_a_line_of_JSON()
    {
        KernelCheck check = KernelChecks.All[0];
        var result = new KernelCheckResult(
            check, ["1", "33, \"odd\""], double.PositiveInfinity, "1", "x\ny",
            new KernelMeasure("1", 2, null, 3.5, null));
        string line = SelftestLine.Of(result);
        Assert.DoesNotContain('\n', line);
        KernelCheckResult again = SelftestLine.Parse(line)!.ResultOf(check);
        Assert.Equal(result.Shapes, again.Shapes);
        Assert.Equal(result, again with { Shapes = result.Shapes });
        Assert.Null(SelftestLine.Parse("warning: something else"));
    }

    /// <summary>What a GPU would not report by itself: the margins and the pattern show it.</summary>
    [Theory]
    [InlineData(100, 100, null)]
    [InlineData(100, 101, "destination: expected nothing written behind its 200 bytes, got a write at byte 200")]
    [InlineData(100, 250, "100 (nothing is mapped behind any buffer): kernel cast_f32_bf16, ")]
    [InlineData(100, 250, "bytes past the end of 'destination'")]
    [InlineData(100, 99, "destination[99]: expected 1 (0x3F80), got -2.8")]
    public void Writing_beside_a_buffer_shows_without_a_strict_driver(int count, int written, string? says)
    {
        var device = new SelftestDevice("unchecked", () => new CheckDevice(
            new VirtualCudaDriver(process: new VirtualProcess()), 0, KernelImages.Carried));
        (int code, string output) = Run(() => device, new CastOf(count, written));
        Assert.Equal(says is null ? ExitCode.Done : ExitCode.Failed, code);
        if (says is not null)
            Assert.Contains(says, output);
        else
        {
            const string Rate = @"(\d+\.\d|-)";
            Assert.Matches($@"  cast_f32_bf16 +pass +0 +1 +\d+\.\d +{Rate} +{Rate}  equal bits\n", output);
        }
    }

    /// <summary>
    /// A clock too coarse for a small copy shows no time: then there is no rate, never an endless one.
    /// </summary>
    [Theory]
    [InlineData(2e-6, 1e-6, "      2.0     0.3       0.6")]
    [InlineData(0.0, 0.0, "      0.0       -         -")]
    public void A_rate_needs_a_time(double seconds, double copySeconds, string says) => Assert.Equal(
        says, SelftestTable.Memory(new KernelMeasure("100", 600, MovedBytes: null, seconds, copySeconds)));

    [Fact]
    public void A_machine_without_a_GPU_says_so()
    {
        var library = new LibraryFinding("NVIDIA driver", null, []);
        var none = new CudaProbe(CudaState.NoDriver, "no NVIDIA driver found", library, 0, []);
        Assert.StartsWith(
            "--device: cuda:0: no NVIDIA driver found. ",
            Assert.Throws<EnvironmentFaultException>(() => SelftestDevice.Cuda(none, 0, LibrarySearch.Here)).Message);

        CudaProbe one = CudaProbe.Of(new VirtualCudaDriver(), library);
        Assert.Equal(CudaState.Ready, one.State);
        Assert.StartsWith(
            "--device: cuda:1: no such GPU: expected 0 to 0 (virtual sm_80",
            Assert.Throws<EnvironmentFaultException>(() => SelftestDevice.Cuda(one, 1, LibrarySearch.Here)).Message);
        Assert.StartsWith(
            "cuda:0, virtual sm_80 (compute capability 8.0); kernels: PTX",
            SelftestDevice.Cuda(one, 0, LibrarySearch.Here)[0].Title);

        CudaDeviceProperties old = one.Devices[0] with { Ordinal = 1, Capability = new ComputeCapability(7, 5) };
        Assert.Contains(
            "GPU too old: expected compute capability 8.0 or newer, got 7.5",
            Assert.Throws<EnvironmentFaultException>(
                () => SelftestDevice.Cuda(
                    one with { Devices = [.. one.Devices, old] }, 1, LibrarySearch.Here)).Message);
    }

    [Fact]
    public void A_GPU_that_is_not_there_is_exit_code_3()
    {
        var output = new StringWriter();
        var error = new StringWriter();
        Assert.Equal(ExitCode.Environment, Program.Run(["selftest", "--device", "cuda:99"], output, error));
        Assert.StartsWith("molengine: --device: cuda:99: ", $"{error}");
        Assert.Equal("", $"{output}");
    }

    private static SelftestOptions Options(IReadOnlyList<KernelCheck> checks) => new(
        new DeviceChoice(DeviceKind.Virtual), CudaPath: null, Code: null, checks, TriesProducts: false, IsShort: false,
        IsJson: false, IsVerbose: false);

    /// <summary>Each kernel that faults ends a process of its own, which has the same device.</summary>
    private static (int Code, string Output) Run(Func<SelftestDevice> device, params KernelCheck[] checks)
    {
        var output = new StringWriter { NewLine = "\n" };
        using var context = new CommandContext(output, new StringWriter());
        return (SelftestRunner.Run([device()], Options(checks), context, (_, left) => Elsewhere(left)), $"{output}");

        IEnumerable<KernelCheckResult> Elsewhere(IReadOnlyList<KernelCheck> left) =>
            KernelChecks.Run(left, device().Open, Elsewhere);
    }

    /// <summary>The PTX in the program, with one thing wrong.</summary>
    private sealed class Mutants(string right, string wrong) : KernelImages(compiler: null, cache: null)
    {
        public override KernelImage For(KernelSource source, ComputeCapability capability)
        {
            KernelImage image = base.For(source, capability);
            string text = Encoding.UTF8.GetString(image.Bytes.Span).Replace(right, wrong, StringComparison.Ordinal);
            return image with { Bytes = Encoding.UTF8.GetBytes(text) };
        }
    }

    /// <summary>A cast of ones whose launch is told another count than its buffers have.</summary>
    private sealed class CastOf(int count, int written) : KernelCheck("cast", "cast_f32_bf16", "equal bits")
    {
        public override void Run(KernelTrial trial) => trial.Case(
            $"{count}",
            c =>
            {
                float[] ones = [.. Enumerable.Repeat(1f, Math.Max(count, written))];
                DeviceMemory source = c.Input<float>("source", ones);
                DeviceMemory destination = c.Output<ushort>("destination", count);
                c.Launch(
                    LaunchShape.Covering(written, 256, 8), 6 * count,
                    a => a.Add(source).Add(destination).Add((long)written));
                c.Expect<ushort>(destination, [.. Enumerable.Repeat((ushort)0x3F80, count)], Tolerance.Bits);
            },
            isMeasured: true);
    }
}
