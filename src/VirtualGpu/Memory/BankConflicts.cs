using System.Numerics;

namespace MolEngine.VirtualGpu.Memory;

/// <summary>
/// Shared memory has 32 banks of 4 bytes. A request is served in parts: the whole warp for accesses up to 4 bytes,
/// half-warps for 8 and quarter-warps for 16. A part takes as many passes as its busiest bank has different words.
/// </summary>
internal static unsafe class BankConflicts
{
    private const int Banks = 32;

    /// <summary>Passes beyond the first, over all parts.</summary>
    public static int Extra(uint mask, ulong* addresses, int bytes)
    {
        int words = Math.Max(1, bytes / 4);
        int lanesOfPart = 32 / words;
        int extra = 0;
        for (int first = 0; first < 32; first += lanesOfPart)
        {
            uint part = lanesOfPart == 32 ? mask : mask & (((1u << lanesOfPart) - 1) << first);
            if (part != 0)
                extra += Passes(part, addresses, words) - 1;
        }

        return extra;
    }

    private static int Passes(uint lanes, ulong* addresses, int words)
    {
        // The first word seen in each bank; further ones in the order they come.
        ulong* seen = stackalloc ulong[Banks * Banks];
        byte* counts = stackalloc byte[Banks];
        new Span<byte>(counts, Banks).Clear();
        int most = 1;
        for (; lanes != 0; lanes &= lanes - 1)
        {
            ulong word = addresses[BitOperations.TrailingZeroCount(lanes)] / 4;
            for (int i = 0; i < words; i++, word++)
            {
                int bank = (int)(word % Banks);
                ulong* list = seen + (bank * Banks);
                int count = counts[bank];
                if (new ReadOnlySpan<ulong>(list, count).Contains(word))
                    continue;
                list[count] = word;
                counts[bank] = (byte)(count + 1);
                most = Math.Max(most, count + 1);
            }
        }

        return most;
    }
}
