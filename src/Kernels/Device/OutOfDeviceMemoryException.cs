using System.Text;

namespace MolEngine.Kernels.Device;

/// <summary>
/// An allocation failed. The message names what was wanted and by whom, says what to do, and holds a table of the
/// largest allocations that were there already.
/// </summary>
public sealed class OutOfDeviceMemoryException : Exception
{
    /// <summary>Lines of the table: who is to blame is among the first.</summary>
    private const int Lines = 10;

    private readonly string _what;
    private readonly string _table;

    /// <param name="holder">Who holds the memory: "arena activations".</param>
    /// <param name="wanted">Name, type and shape of what was asked for.</param>
    /// <param name="bytes">Its size.</param>
    /// <param name="held">What the holder has already, and others beside it.</param>
    public OutOfDeviceMemoryException(
        string holder, string wanted, long bytes, IEnumerable<(string What, long Bytes)> held, Exception? cause)
        : this(
            What(holder, wanted, bytes, [.. held]), "Lower micro_batch or context, or turn recompute on.",
            Table([.. held]), bytes, cause)
    {
    }

    private OutOfDeviceMemoryException(string what, string advice, string table, long bytes, Exception? cause)
        : base($"{what} {advice}{table}", cause) => (_what, _table, WantedBytes) = (what, table, bytes);

    /// <summary>Of what there was no room for.</summary>
    public long WantedBytes { get; }

    /// <summary>Whether it is where the backend computes, and not the host's that a device works in.</summary>
    public bool IsOfDevice { get; init; } = true;

    /// <summary>The same with a better idea of what to do.</summary>
    public OutOfDeviceMemoryException WithAdvice(string advice) =>
        new(_what, advice, _table, WantedBytes, InnerException) { IsOfDevice = IsOfDevice };

    private static string What(string holder, string wanted, long bytes, (string What, long Bytes)[] held) =>
        $"{holder}: no memory for {wanted}: expected {MiB(bytes)} free on top of the {MiB(held.Sum(h => h.Bytes))} "
            + "held.";

    private static string Table((string What, long Bytes)[] held)
    {
        var text = new StringBuilder();
        (string What, long Bytes)[] largest = [.. held.OrderByDescending(h => h.Bytes).Take(Lines)];
        foreach ((string what, long size) in largest)
            text.Append($"\n  {MiB(size),14}  {what}");
        if (held.Length > largest.Length)
        {
            long rest = held.Sum(h => h.Bytes) - largest.Sum(h => h.Bytes);
            text.Append($"\n  {MiB(rest),14}  in {held.Length - largest.Length} smaller ones");
        }

        return text.ToString();
    }

    private static string MiB(long bytes) => $"{bytes / 1048576.0:F1} MiB";
}
