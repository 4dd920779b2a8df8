namespace MolEngine.Trainer.Benchmarks;

/// <summary>Times of ops, for people and as columns.</summary>
internal static class TimeTable
{
    public static string Heading => Row(
        "op", "shape", "p20 us", "p50 us", "p80 us", "GB/s", "of copy", "TFLOP/s", "of product");

    /// <param name="productBy">Who did the product.</param>
    public static string Limits(DeviceLimits limits, string productBy) =>
        $"limits: a copy {Number(limits.Bandwidth, 1e-9, "0.0")} GB/s; a large bf16 product "
        + $"{Number(limits.ProductRate, 1e-12, "0.0")} TFLOP/s ({productBy})";

    public static string Line(OpTimes t) => Row(
        t.Call.Op, t.Call.Shape, Number(t.P20, 1e6, "0.0"), Number(t.P50, 1e6, "0.0"), Number(t.P80, 1e6, "0.0"),
        Number(t.Bandwidth, 1e-9, "0.0"), Percent(t.BandwidthShare),
        t.Flops > 0 ? Number(t.Rate, 1e-12, "0.00") : "-", t.Flops > 0 ? Percent(t.RateShare) : "-");

    public static IReadOnlyList<CsvColumn> Columns(
        IReadOnlyList<OpTimes> all, string productBy, string gemm)
    {
        CsvColumn Of(string name, Func<OpTimes, object?> value) => new(name, [.. all.Select(value)]);
        return
        [
            Of("op", t => t.Call.Op),
            Of("shape", t => t.Call.Shape),
            Of("p20_seconds", t => t.P20),
            Of("p50_seconds", t => t.P50),
            Of("p80_seconds", t => t.P80),
            Of("bytes_must", t => t.Bytes),
            Of("flops", t => t.Flops),
            Of("bytes_per_second", t => t.Bandwidth),
            Of("flops_per_second", t => t.Rate),
            Of("share_of_copy", t => t.BandwidthShare),
            Of("share_of_product", t => t.RateShare),
            Of("copy_bytes_per_second", t => t.Limits.Bandwidth),
            Of("product_flops_per_second", t => t.Limits.ProductRate),
            Of("product_by", _ => productBy),
            Of("gemm", _ => gemm),
        ];
    }

    private static string Percent(double? share) => share is null ? "-" : $"{Number(share, 100, "0.0")} %";

    private static string Number(double? value, double unit, string format) =>
        (value * unit)?.ToString(format) ?? "-";

    private static string Row(params string[] c) =>
        $"{c[0],-40} {c[1],-34} {c[2],10} {c[3],10} {c[4],10} {c[5],8} {c[6],8} {c[7],8} {c[8],10}";
}
