namespace MolEngine.Kernels.Checks;

/// <summary>How well a launch uses memory: counted where the device counts, else timed.</summary>
/// <param name="Bytes">That must move by the kernel's contract.</param>
/// <param name="MovedBytes">Bytes of the 32-byte sectors that did move; null where the device does not count.</param>
/// <param name="Seconds">Median of the launches; null where the device counts.</param>
/// <param name="CopySeconds">Median of copies on the device that read and write as many bytes together, in the same
/// run.</param>
public sealed record KernelMeasure(string Shape, long Bytes, long? MovedBytes, double? Seconds, double? CopySeconds)
{
    /// <summary>Bytes a second; null where nothing was timed or the clock shows no time.</summary>
    public double? Bandwidth => Seconds > 0 ? Bytes / Seconds : null;

    /// <summary>Bytes a second of the copy; null as <see cref="Bandwidth"/> is.</summary>
    public double? CopyBandwidth => CopySeconds > 0 ? Bytes / CopySeconds : null;
}
