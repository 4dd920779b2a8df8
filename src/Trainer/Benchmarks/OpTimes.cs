namespace MolEngine.Trainer.Benchmarks;

/// <summary>Seconds of an op on a GPU, and what it does in them.</summary>
/// <param name="Bytes">That must move.</param>
/// <param name="Flops">Operations of matrix products and attention.</param>
internal sealed record OpTimes(
    BenchCase Call, double P20, double P50, double P80, long Bytes, double Flops, DeviceLimits Limits)
{
    /// <summary>Bytes a second; null where the clock shows no time.</summary>
    public double? Bandwidth => P50 > 0 ? Bytes / P50 : null;

    public double? Rate => P50 > 0 ? Flops / P50 : null;

    /// <summary>Of the bandwidth of a copy. Above 1 where tensors stay in the cache from run to run.</summary>
    public double? BandwidthShare => Limits.Bandwidth > 0 ? Bandwidth / Limits.Bandwidth : null;

    /// <summary>Of the rate of a large product.</summary>
    public double? RateShare => Limits.ProductRate > 0 ? Rate / Limits.ProductRate : null;
}
