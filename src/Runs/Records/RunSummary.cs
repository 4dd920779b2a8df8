namespace MolEngine.Runs.Records;

/// <summary>run.json: who trained what, on what, when.</summary>
/// <param name="Model">Folder and architecture.</param>
/// <param name="Device">What the run computed on.</param>
/// <param name="TrainableParameters">Their number, for people.</param>
/// <param name="Steps">Optimizer steps of the whole run.</param>
/// <param name="Started">The first start, as <see cref="Time"/> writes it; null where nothing says it any more.</param>
/// <param name="Finished">As <see cref="Time"/> writes it; null while the run goes on.</param>
public sealed record RunSummary(
    string Model, string Device, string TrainableParameters, long Steps, string? Started, string? Finished)
{
    /// <summary>When the run went on from a checkpoint, oldest first, as <see cref="Time"/> writes it.</summary>
    public IReadOnlyList<string> Resumed { get; init; } = [];

    /// <summary>What the device did otherwise than it was asked to: a library that failed and was replaced.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The maker's name of the processor.</summary>
    public string? Processor { get; init; }

    /// <summary>
    /// Width of the vectors that the CPU's arithmetic is done in, which decides how sums are rounded; null where a GPU
    /// computes.
    /// </summary>
    public string? Simd { get; init; }

    /// <summary>Threads of the CPU. They decide speed alone.</summary>
    public int? Threads { get; init; }

    /// <summary>
    /// How many layers are computed again on the way back, where a plan chose it by the memory at hand; it decides
    /// memory and speed alone.
    /// </summary>
    public string? Recompute { get; init; }

    /// <summary>Version of the program.</summary>
    public string Version { get; init; } = typeof(RunSummary).Assembly.GetName().Version!.ToString(3);

    /// <summary>A time to the second, in UTC, as ISO 8601 has it.</summary>
    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");
}
