using MolEngine.Kernels.Planning;

namespace MolEngine.Trainer.Planning;

/// <summary>What a run would need of a GPU.</summary>
/// <param name="Memory">What device memory is for, and bytes of it, at its fullest.</param>
/// <param name="HighWaterBytes">The most that the driver gave at once, in its pages.</param>
/// <param name="PageBytes">Of pages that are not used to their end, and of copies on their way.</param>
/// <param name="HostBytes">Bytes of pinned memory of the host that the GPU works in.</param>
/// <param name="TokensPerStep">Tokens of a global batch of full rows.</param>
/// <param name="Work">Work of that batch: its micro-batches, base pass included, and one update.</param>
/// <param name="MicroBatch">What a micro-batch queues, the base's pass included, the update not.</param>
/// <param name="MicroTokens">Tokens of a micro-batch of full rows.</param>
/// <param name="LayersAgain">How many layers are computed again, where the plan chooses; null where the config does.
/// </param>
/// <param name="AttentionFlops">Operations of that batch with documents as long as a row.</param>
/// <param name="BenchmarkTokens">The longest prompt and answer of the run's benchmarks; 0 where it has none.</param>
internal sealed record RunPlan(
    GpuModel Device, IReadOnlyList<(string What, long Bytes)> Memory, long HighWaterBytes, long PageBytes,
    long HostBytes, long TokensPerStep, Work Work, QueuedWork MicroBatch, long MicroTokens,
    (int Again, int Layers)? LayersAgain, double AttentionFlops, int BenchmarkTokens)
{
    /// <summary>
    /// Of the driver's context and loaded kernels (half a GiB and more on any recent driver), and cuBLASLt's workspace.
    /// </summary>
    public const long ContextBytes = 768L << 20;

    /// <summary>Of the program itself on the host, with a tokenizer of 150,000 tokens and its merges.</summary>
    private const long ProgramBytes = 256L << 20;

    /// <summary>Of a GPU: what well-tuned trainers reach.</summary>
    private static readonly Shares OfGpu = new(0.65, 0.4, 0.8);

    /// <summary>Of the CPU: what this program reached on two cores (docs/performance.md).</summary>
    private static readonly Shares OfCpu = new(0.7, 0.5, 0.8);

    private bool IsOnHost => HostModel.Is(Device);

    /// <summary>Of the caches that samples, questions and benchmarks are answered in, beside what training holds.
    /// </summary>
    private long GenerationBytes => HighWaterBytes - PageBytes - Memory.Sum(m => m.Bytes);

    public long NeededBytes => HighWaterBytes + Beside.Bytes;

    /// <summary>What memory is taken besides what the run allocates.</summary>
    private (string What, long Bytes) Beside => IsOnHost ? ("program", ProgramBytes) : ("context", ContextBytes);

    public bool Fits => NeededBytes <= Device.MemoryBytes;

    /// <summary>A line for each part of the memory, and the sum; the host's apart.</summary>
    public IEnumerable<(string What, long Bytes)> Table =>
    [
        .. Memory, ("pages and copies", PageBytes),
        .. GenerationBytes > 0 ? [("generation", GenerationBytes)] : Array.Empty<(string, long)>(),
        Beside, ("needed", NeededBytes),
        .. HostBytes > 0 ? [("host memory", HostBytes)] : Array.Empty<(string, long)>(),
    ];

    /// <summary>Tokens a second at the device's limits: no program is faster.</summary>
    public double LimitRate => Rate(new Shares(1, 1, 1));

    /// <summary>Tokens a second to expect.</summary>
    public double ForecastRate => Rate(IsOnHost ? OfCpu : OfGpu);

    private double Rate(Shares s) => TokensPerStep / (
        (Work.ProductSeconds / s.Products) + (AttentionFlops / Device.Bf16Flops / s.Attention)
        + (Work.KernelSeconds / s.Memory));

    /// <summary>Parts of a device's limits that a forecast counts on.</summary>
    private readonly record struct Shares(double Products, double Attention, double Memory);
}
