using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MolEngine.Data;

/// <summary>
/// Which documents are kept for validation: those whose texts have the smallest hashes. The choice depends on the texts
/// alone, not on their order or on a seed, and records added later displace few of the old ones.
/// </summary>
public static class HeldOutSplit
{
    /// <summary>The first 8 bytes of SHA-256 of the text's UTF-8.</summary>
    public static ulong Hash(string text)
    {
        byte[] bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, bytes)), digest);
        ArrayPool<byte>.Shared.Return(bytes);
        return BinaryPrimitives.ReadUInt64BigEndian(digest);
    }

    /// <summary>
    /// Documents to hold out, at most <paramref name="count"/>, by ascending hash. Copies of a text go together, so
    /// that no text is on both sides; a text with more copies than there is room for stays in training.
    /// </summary>
    public static int[] Choose(IReadOnlyList<ulong> hashes, int count)
    {
        if (count == 0)
            return [];
        ulong[] sorted = [.. hashes];
        int[] documents = [.. Enumerable.Range(0, sorted.Length)];
        Array.Sort(sorted, documents);
        var chosen = new List<int>(Math.Min(count, documents.Length));
        for (int first = 0, after; first < sorted.Length && chosen.Count < count; first = after)
        {
            for (after = first + 1; after < sorted.Length && sorted[after] == sorted[first]; after++)
            {
            }

            // The sort leaves copies in any order.
            Array.Sort(documents, first, after - first);
            if (chosen.Count + after - first <= count)
                chosen.AddRange(documents.AsSpan(first, after - first));
        }

        return [.. chosen];
    }
}
