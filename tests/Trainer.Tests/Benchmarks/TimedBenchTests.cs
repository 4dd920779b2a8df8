using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Interop;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;
using MolEngine.Trainer.Benchmarks;
using MolEngine.Trainer.Cli;
using MolEngine.Trainer.Cli.Runners;
using MolEngine.Trainer.Devices;
using MolEngine.VirtualGpu.Driver;

namespace MolEngine.Trainer.Tests.Benchmarks;

/// <summary>How a GPU's times become figures: by a clock that is set, and by the virtual GPU's events.</summary>
public sealed class TimedBenchTests : IDisposable
{
    private const int Tokens = 20;

    private static readonly BenchModel Model =
        new("tiny", 32, 48, new HeadShape(4, 2, 8), 259, QkNorm: true, TiedHead: true);

    private readonly TempFolder _folder = new();
    private readonly WorkLog _log = new();
    private readonly VirtualCudaDriver _driver = new();
    private readonly Ops _ops;

    public TimedBenchTests() => _ops = CudaBackend.Create(
        _driver, 0, KernelImages.Carried, DType.BF16, meter: _log);

    public void Dispose()
    {
        _ops.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Figures_follow_from_times()
    {
        var limits = new DeviceLimits(Bandwidth: 1e6, ProductRate: 1e9);
        int asked = 0;
        var bench = new TimedBench(_ops, _log, (_, warmUps, repeats) =>
        {
            asked = repeats;
            Assert.True(warmUps > 0);
            return [.. Enumerable.Range(1, repeats).Select(i => i * 1e-3)];
        }, limits);
        Dictionary<string, OpTimes> times =
            StepOps.Of(_ops, Model, Tokens).Select(bench.Run).ToDictionary(t => t.Call.Op);
        Assert.Equal(21, asked);

        OpTimes swiglu = times["SwiGlu"];
        Assert.Equal((5e-3, 11e-3, 17e-3), (swiglu.P20, swiglu.P50, swiglu.P80));
        Assert.Equal(3 * 2 * Tokens * 48, swiglu.Bytes);
        Assert.Equal(swiglu.Bytes / 11e-3, swiglu.Bandwidth!.Value, 1e-6);
        Assert.Equal(swiglu.Bytes / 11e-3 / 1e6, swiglu.BandwidthShare!.Value, 1e-12);

        // Products of 32, 16 and 16 outputs with adapters of rank 64, which have one product for their hidden values.
        OpTimes linear = times["Linear q_proj, k_proj, v_proj, LoRA"];
        double flops = 2.0 * Tokens * ((64 * 32) + (192 * 32) + (64 * 64));
        Assert.Equal(flops, linear.Flops);
        Assert.Equal(flops / 11e-3 / 1e9, linear.RateShare!.Value, 1e-12);
        int matrices = 2 * ((3 * Tokens * 32) + (64 * 32) + (Tokens * 64));
        int adapter = 2 * ((Tokens * 32) + (192 * 32) + (Tokens * 192)) + 2 * ((3 * Tokens * 64) + (64 * 64));
        Assert.Equal(matrices + adapter, linear.Bytes);

        // One product gives the gradient of the input. What is added to is read, too: the fp32 gradient of the weights.
        OpTimes full = times["LinearBackward q_proj, k_proj, v_proj, full"];
        Assert.Equal(
            (2 * ((Tokens * 64) + (64 * 32) + (Tokens * 64) + (Tokens * 32))) + (4 * Tokens * 32) + (8 * 64 * 32),
            full.Bytes);

        // Pairs of a causal document, four operations an element forward and ten backward.
        Assert.Equal(4.0 * 210 * 32, times["Attention"].Flops);
        Assert.Equal(10.0 * 210 * 32, times["AttentionBackward"].Flops);
        Assert.Equal(28 * ((64 * 32) + (48 * 64)), times["AdamW, LoRA"].Bytes);
        Assert.Equal(30 * 48 * 32, times["AdamW, full"].Bytes);
        Assert.Equal((68 * Tokens) + 64, times["HeadRowSums"].Bytes);
        CheckHead(times);
    }

    [Fact]
    public void Events_of_a_device_time_every_op()
    {
        BenchClock clock = CudaBackend.ClockOf(_ops).Times;
        var limits = DeviceLimits.Measure(_ops, clock, copyBytes: 1 << 12, side: 64);
        Assert.True(limits.Bandwidth > 0 && limits.ProductRate > 0);
        int runs = 0;
        double[] seconds = clock(
            () =>
            {
                runs++;
                _ops.Synchronize();
            },
            2, 5);
        Assert.Equal((7, 5), (runs, seconds.Length));
        Assert.Equal(seconds.Order(), seconds);

        (string output, CsvTable table) = Run(clock, limits);
        Assert.Contains("limits: a copy ", output);
        Assert.All(table.Numbers("p50_seconds"), s => Assert.True(s > 0));
        Assert.All(table.Numbers("bytes_per_second"), s => Assert.True(s > 0));
        Assert.All(table["device"], d => Assert.Equal("some GPU, of 1", d));
        Assert.All(table["driver_cuda"], v => Assert.Equal("13.0", v));
        Assert.All(table["product_by"], v => Assert.Equal("cuBLASLt 12.6", v));
        Assert.Equal(StepOps.Of(_ops, Model, Tokens).Select(c => c.Op), table["op"]);
    }

    [Fact]
    public void A_clock_that_shows_nothing_gives_no_figures()
    {
        (string output, CsvTable table) = Run((_, _, repeats) => new double[repeats], new DeviceLimits(0, 0));
        Assert.All(table.Numbers("bytes_per_second"), Assert.Null);
        Assert.All(table.Numbers("share_of_product"), Assert.Null);
        Assert.DoesNotContain("NaN", output, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("\u221e", output);
    }

    [Fact]
    public void A_clock_is_of_a_CUDA_backend()
    {
        using Ops cpu = CpuBackend.Create(threads: 1);
        Assert.StartsWith(
            "clock of a stream: expected a CUDA backend, got cpu (",
            Assert.Throws<ArgumentException>(() => CudaBackend.ClockOf(cpu)).Message);
    }

    /// <summary>The head by its kernels' contracts: 259 words, 31 of the base and the target, one tile.</summary>
    private static void CheckHead(Dictionary<string, OpTimes> times)
    {
        const int Vocabulary = 259, Hidden = 32, Set = 32;
        int logits = 2 * ((Tokens * Hidden) + (Vocabulary * Hidden)) + (4 * Tokens * Vocabulary);
        int gather = (Tokens * (4 + (8 * Hidden))) + (6 * Tokens * Hidden);
        Assert.Equal(
            gather + logits + (4 * Tokens * Vocabulary) + (Tokens * 31 * Hidden * 2) + (Tokens * ((24 * 31) + 128)),
            times["BaseTopN"].Bytes);
        int frozen = gather + logits + (Tokens * ((8 * Set) + 128)) + (Tokens * Set * Hidden * 2)
            + (6 * Tokens * Vocabulary) + (Tokens * ((20 * Set) + 512)) + (Tokens * ((8 * Hidden) + (Set * Hidden * 2)))
            + (2 * ((Tokens * Vocabulary) + (Vocabulary * Hidden))) + (4 * Tokens * Hidden);
        Assert.Equal(frozen, times["MolHead"].Bytes);
        Assert.Equal(4.0 * Tokens * Vocabulary * Hidden, times["MolHead"].Flops);
        Assert.Equal(
            frozen + logits + (6 * Tokens * Vocabulary) + (2 * ((Tokens * Vocabulary) + (Tokens * Hidden)))
                + (8 * Vocabulary * Hidden),
            times["MolHead, full"].Bytes);
    }

    private (string Output, CsvTable Table) Run(BenchClock clock, DeviceLimits limits)
    {
        string csv = Path.Combine(_folder.Root, "times.csv");
        var output = new StringWriter { NewLine = "\n" };
        using var context = new CommandContext(output, new StringWriter());
        BenchRunner.Time(
            new BenchOptions(new DeviceChoice(DeviceKind.Cuda), Model, Tokens, csv, LibrarySearch.Here),
            new TimedBench(_ops, _log, clock, limits), _ops,
            new BenchSubject("some GPU, of 1", _driver, "cuBLASLt 12.6"), context);
        return ($"{output}", CsvTable.Read(csv));
    }
}
