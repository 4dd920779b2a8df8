using System.Text;

namespace MolEngine.Kernels.Device;

/// <summary>
/// An allocation failed. The message names what was wanted and by whom, and holds a table of the largest allocations
/// that were there already.
/// </summary>
/// <param name="holder">Who holds the memory: "arena activations".</param>
/// <param name="wanted">Name, type and shape of what was asked for.</param>
/// <param name="bytes">Its size.</param>
/// <param name="held">What the holder has already.</param>
public sealed class OutOfDeviceMemoryException(
    string holder, string wanted, long bytes, IEnumerable<(string What, long Bytes)> held, Exception? cause)
    : Exception(Describe(holder, wanted, bytes, [.. held]), cause)
{
    /// <summary>Lines of the table: who is to blame is among the first.</summary>
    private const int Lines = 10;

    private static string Describe(string holder, string wanted, long bytes, (string What, long Bytes)[] held)
    {
        var text = new StringBuilder();
        text.Append($"{holder}: no memory for {wanted}: expected {MiB(bytes)} free on top of the ");
        text.Append($"{MiB(held.Sum(h => h.Bytes))} held. Lower micro_batch or context, or turn recompute on.");
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
