namespace MolEngine.Trainer.Benchmarks;

/// <summary>Counts of kernels, for people and as columns.</summary>
internal static class CountTable
{
    public static string Heading => Row(
        "op / kernel", "launches", "MB must", "moved", "sectors", "(need)", "conflicts", "tensor");

    /// <summary>A line for the op, and one for each of its kernels.</summary>
    public static IEnumerable<string> Lines(BenchCase call, IReadOnlyList<KernelCounts> kernels)
    {
        yield return $"{call.Op}: {call.Shape}";
        foreach (KernelCounts k in kernels)
        {
            yield return Row(
                $"  {k.Kernel}", Number(k.Launches, "0"), Number(k.NeededBytes / 1e6, "0.000"),
                Number(k.Ratio, "0.000"), Number(k.SectorsPerRequest, "0.00"),
                Number(k.SectorsNeededPerRequest, "0.00"), Number(k.ConflictsPerRequest, "0.00"),
                Number(100 * k.TensorShare, "0.0") + " %");
        }
    }

    /// <param name="resources">Null without NVRTC.</param>
    public static IReadOnlyList<CsvColumn> Columns(IReadOnlyList<KernelCounts> all, ResourceTable? resources)
    {
        CsvColumn Of(string name, Func<KernelCounts, object?> value) => new(name, [.. all.Select(value)]);
        return
        [
            Of("op", k => k.Call.Op),
            Of("shape", k => k.Call.Shape),
            Of("kernel", k => k.Kernel),
            Of("launches", k => k.Launches),
            Of("bytes_must", k => k.NeededBytes),
            Of("bytes_moved", k => k.MovedBytes),
            Of("moved_over_must", k => k.Ratio),
            Of("sectors_per_request", k => k.SectorsPerRequest),
            Of("sectors_needed_per_request", k => k.SectorsNeededPerRequest),
            Of("bank_conflicts_per_request", k => k.ConflictsPerRequest),
            Of("tensor_share", k => k.TensorShare),
            Of("threads", k => k.ThreadsPerBlock),
            Of("dynamic_shared_bytes", k => k.DynamicSharedBytes),
            .. ResourceTable.Architectures.SelectMany(a => new[]
            {
                Of($"registers_{a}", k => resources?.Of(k.Kernel, a)?.Resources.Registers),
                Of($"spilled_bytes_{a}", k => resources?.Of(k.Kernel, a)?.SpilledBytes),
                Of($"occupancy_{a}", k => resources?.Occupancy(k, a)?.Share),
            }),
        ];
    }

    private static string Number(double? value, string format) =>
        value?.ToString(format) ?? "-";

    private static string Row(params string[] c) =>
        $"{c[0],-30} {c[1],8} {c[2],10} {c[3],8} {c[4],8} {c[5],8} {c[6],10} {c[7],8}";
}
