using MolEngine.Kernels.Ops;

namespace MolEngine.Engine.BaseCaching;

/// <summary>
/// A <see cref="BaseDistribution"/> of a micro-batch in the host's memory, on its way to a file or from it.
/// </summary>
/// <param name="tokens">The largest number of tokens of a micro-batch.</param>
internal sealed class HostDistribution(int tokens, int topN)
{
    /// <summary>[T, n].</summary>
    public int[] TopIds { get; } = new int[tokens * topN];

    /// <summary>[T, n].</summary>
    public double[] TopLogits { get; } = new double[tokens * topN];

    /// <summary>[T].</summary>
    public double[] LogSumExp { get; } = new double[tokens];

    /// <summary>[T].</summary>
    public double[] TailLogSumExp { get; } = new double[tokens];

    /// <summary>[T]; of tokens whose loss is without the target.</summary>
    public double[] TailWithoutTarget { get; } = new double[tokens];

    public void Upload(Ops ops, BaseDistribution to)
    {
        int count = to.LogSumExp.Shape[0];
        ops.Upload<int>(TopIds.AsSpan(0, count * topN), to.TopIds);
        ops.Upload<double>(TopLogits.AsSpan(0, count * topN), to.TopLogits);
        ops.Upload<double>(LogSumExp.AsSpan(0, count), to.LogSumExp);
        ops.Upload<double>(TailLogSumExp.AsSpan(0, count), to.TailLogSumExp);
        if (to.TailWithoutTarget is { } apart)
            ops.Upload<double>(TailWithoutTarget.AsSpan(0, count), apart);
    }

    /// <summary>A device is waited for.</summary>
    public void Download(Ops ops, BaseDistribution from)
    {
        int count = from.LogSumExp.Shape[0];
        ops.Download(from.TopIds, TopIds.AsSpan(0, count * topN));
        ops.Download(from.TopLogits, TopLogits.AsSpan(0, count * topN));
        ops.Download(from.LogSumExp, LogSumExp.AsSpan(0, count));
        ops.Download(from.TailLogSumExp, TailLogSumExp.AsSpan(0, count));
        if (from.TailWithoutTarget is { } apart)
            ops.Download(apart, TailWithoutTarget.AsSpan(0, count));
    }

    /// <summary>Copies tokens of another micro-batch's distribution.</summary>
    public void CopyTo(HostDistribution other, int from, int to, int count)
    {
        Array.Copy(TopIds, from * topN, other.TopIds, to * topN, count * topN);
        Array.Copy(TopLogits, from * topN, other.TopLogits, to * topN, count * topN);
        Array.Copy(LogSumExp, from, other.LogSumExp, to, count);
        Array.Copy(TailLogSumExp, from, other.TailLogSumExp, to, count);
        Array.Copy(TailWithoutTarget, from, other.TailWithoutTarget, to, count);
    }
}
