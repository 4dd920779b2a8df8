using System.Text.RegularExpressions;
using MolEngine.Engine.Folders;
using MolEngine.Engine.Models;
using MolEngine.Engine.Weights;
using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Interop;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;
using MolEngine.Support;
using MolEngine.Trainer.Benchmarks;
using MolEngine.Trainer.Cli;
using MolEngine.Trainer.Cli.Runners;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Devices;
using MolEngine.Trainer.Display;
using MolEngine.Trainer.Training;
using MolEngine.VirtualGpu.Driver;

namespace MolEngine.Trainer.Tests.Benchmarks;

public sealed class BenchVerbTests : IDisposable
{
    private readonly TinyRun _tiny = new();

    public void Dispose() => _tiny.Dispose();

    [Fact]
    public void Every_kernel_of_a_training_step_has_a_line_on_the_virtual_GPU()
    {
        string model = Stored(), csv = _tiny.At("figures.csv");
        var output = new StringWriter { NewLine = "\n" };
        using (var context = new CommandContext(output, new StringWriter()))
        {
            // As the verb does where there is no NVRTC: compiling everything takes longer than running it.
            BenchRunner.Count(
                new BenchOptions(
                    new DeviceChoice(DeviceKind.Virtual), BenchModel.Of(model), 128, csv, LibrarySearch.Here),
                (null, "not found", new LibraryFinding("NVRTC", null, [])), context);
        }

        string[] lines = $"{output}".TrimEnd('\n').Split('\n');
        CsvTable table = CsvTable.Read(csv);
        string[] step = [.. Launched(model, "lora").Union(Launched(model, "full")).Order()];
        Assert.Contains("attention_dkv_bf16_64", step);
        Assert.Contains("add_rows_f32", step);
        Assert.Empty(step.Except(table["kernel"]));
        Assert.Equal(table["kernel"], lines.Where(l => l.StartsWith("  ")).Select(l => l.Trim().Split(' ')[0]));
        Assert.StartsWith("virtual sm_80, executed by the CPU; ", lines[0]);
        Assert.EndsWith(
            ": hidden 32, intermediate 48, 4 query / 2 key-value heads of 8, vocabulary 259; 128 tokens", lines[0]);
        Assert.Equal("registers, spills and occupancy: NVRTC: not found", lines[^1]);
        CheckCounts(table);
        Assert.All(table["registers_sm_90"], v => Assert.Equal("", v));
    }

    [Fact]
    public void The_compiler_says_what_kernels_take()
    {
        NvrtcCompiler? compiler = CudaToolkit.FindNvrtc(LibrarySearch.Here.From(SharedNvrtc.Folder)).Compiler;
        Assert.NotNull(compiler);
        using var bench = new CountedBench();
        using var inputs = new BenchInputs(bench.Ops, BenchModel.All[^1], tokens: 8);
        KernelCounts[] launched = [.. MlpOps.Of(inputs).SelectMany(bench.Run)];
        var table = ResourceTable.Make(compiler, launched);
        string[] lines = [.. table.Lines()];
        Assert.Equal(
            ["swiglu_bf16", "swiglu_backward_bf16"], lines.Skip(1).Select(l => l.Trim().Split(' ')[0]));
        Assert.All(lines.Skip(1), l => Assert.Equal(3, Regex.Count(l, @" \d\d/0/100 %")));
        Assert.Null(table.Of("adamw_f32", "sm_80"));
    }

    /// <summary>48 KiB of 100: two blocks of four warps, of 48 that there could be.</summary>
    [Fact]
    public void Shared_memory_of_a_launch_counts()
    {
        var kernel = new KernelStatistics(new KernelResources("k", "sm_89", 32, 1024, 0, 8, 12), Threads: 128);
        Assert.Equal((8 / 48.0, "shared memory"), Of(kernel.Occupancy(128, 48 << 10)!));
        Assert.Equal(1, kernel.Occupancy(128)!.Share);
        Assert.Equal(20, kernel.SpilledBytes);
        Assert.Null(kernel.Occupancy(null));

        static (double, string) Of(Occupancy o) => (o.Share, o.Limit);
    }

    [Theory]
    [InlineData("ACTION: ops: expected kernels", "bench", "ops")]
    [InlineData(
        "--model: qwen9: expected one of qwen3-8b, qwen3-0.6b, qwen2.5-7b, llama3-8b, smollm2-135m, or a folder with "
            + "config.json",
        "bench", "kernels", "--device", "virtual", "--model", "qwen9")]
    [InlineData("--device: cpu: expected cuda, cuda:N or virtual", "bench", "kernels", "--device", "cpu")]
    [InlineData(
        "--tokens: 0: expected an integer from 1 to 1048576",
        "bench", "kernels", "--device", "virtual", "--tokens", "0")]
    [InlineData(
        "--csv: /no/such/folder/x.csv: expected a file in a folder that is there, got no folder /no/such/folder",
        "bench", "kernels", "--device", "virtual", "--csv", "/no/such/folder/x.csv")]
    public void A_mistake_is_a_sentence(string says, params string[] args)
    {
        (int code, string output, string error) = TinyRun.Run(args);
        Assert.Equal((ExitCode.UserError, "", $"molengine: {says}\n"), (code, output, error));
    }

    [Fact]
    public void A_GPU_that_is_not_there_is_exit_code_3()
    {
        (int code, string output, string error) = TinyRun.Run("bench", "kernels", "--device", "cuda:99");
        Assert.Equal((ExitCode.Environment, ""), (code, output));
        Assert.StartsWith("molengine: --device: cuda:99: ", error);
    }

    /// <summary>Exact where a kernel streams, and no less than must be anywhere.</summary>
    private static void CheckCounts(CsvTable table)
    {
        double?[] ratios = table.Numbers("moved_over_must");
        for (int i = 0; i < ratios.Length; i++)
        {
            string kernel = table["kernel"][i];
            Assert.True(ratios[i] is >= 1 and < 40, $"{kernel}: {ratios[i]}");
        }

        string[] streams = ["add_f32", "swiglu_bf16", "swiglu_backward_bf16", "cast_f32_bf16", "sum_squares_f32"];
        Assert.All(streams, s => Assert.Equal(1, Of(s, "moved_over_must"), 0.01));

        // Each block reads the table of tensors.
        Assert.InRange(Of("adamw_f32", "moved_over_must"), 1, 1.05);

        // By hand: a row of 48 is 3 sectors, in one request of 6 lanes; a lane that rounds loads twice and stores once.
        Assert.Equal(3, Of("swiglu_bf16", "sectors_per_request"));
        Assert.Equal(12, Of("cast_f32_bf16", "sectors_needed_per_request"), 0.001);
        Assert.Equal(2 * 3 * 128 * 48, Of("swiglu_bf16", "bytes_must"));
        Assert.Equal((20 * 128 * 32) + (4 * 128), Of("rmsnorm_backward_f32", "bytes_must"));
        Assert.True(Of("gemm_bf16_nt_narrow", "tensor_share") > 0.9);
        Assert.Equal(0, Of("swiglu_bf16", "tensor_share"));
        Assert.True(Of("sort_ids", "bank_conflicts_per_request") > 0);
        Assert.Equal(32768, Of("gemm_bf16_nt_narrow", "dynamic_shared_bytes"));

        double Of(string kernelStart, string column) => table.Numbers(column)[
            Array.FindIndex(table["kernel"], k => k.StartsWith(kernelStart, StringComparison.Ordinal))]!.Value;
    }

    /// <summary>The tiny model in bf16, as models are stored.</summary>
    private string Stored()
    {
        string folder = _tiny.At("stored");
        ModelConfig config = ModelConfig.Load(_tiny.At("source"));
        using var arena = new HostArena("tiny");
        using ModelWeights weights = RandomInit.Create(config, 5, arena);
        ModelExport.Write(
            folder, ModelFiles.Of(_tiny.At("source")), weights.Names.ToDictionary(n => n, n => weights[n]), DType.BF16);
        return folder;
    }

    /// <summary>Kernels of an update.</summary>
    private IEnumerable<string> Launched(string model, string method)
    {
        var kernels = new HashSet<string>();
        var driver = new VirtualCudaDriver();
        using Ops ops = CudaBackend.Create(driver, 0, KernelImages.Carried, DType.BF16);
        string[] settings = [$"model={model}", $"method={method}", "global_batch=2"];
        RunConfig run = RunConfigLoader.Load(_tiny.Config, method == "full" ? [.. settings, "lora=null"] : settings);
        using var session = new TrainingSession(run, ops, new ProgressPrinter(TextWriter.Null), CancellationToken.None);
        ops.Synchronize();
        driver.OnLaunch = (kernel, _) => kernels.Add(kernel);
        session.Optimization.Update(session.Rows(0), run.MicroBatch);
        ops.Synchronize();
        return kernels;
    }
}
