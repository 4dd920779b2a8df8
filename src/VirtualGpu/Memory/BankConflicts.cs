using System.Numerics;
using System.Runtime.CompilerServices;

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
        if (IsApart(mask, addresses, bytes))
            return 0;
        int words = Math.Max(1, bytes / 4);
        int lanesOfPart = 32 / words;
        int extra = 0;
        for (int first = 0; first < 32; first += lanesOfPart)
        {
            uint part = lanesOfPart == 32 ? mask : mask & (((1u << lanesOfPart) - 1) << first);
            if (part != 0 && !IsFree(part, addresses, words))
                extra += Passes(part, addresses, words) - 1;
        }

        return extra;
    }

    /// <summary>
    /// Whether the lanes of each part plainly use different banks, or all lanes one place: what most requests do.
    /// Accesses are aligned, so that one of 8 or 16 bytes takes 2 or 4 banks in a row from a multiple of as many.
    /// </summary>
    private static bool IsApart(uint mask, ulong* addresses, int bytes)
    {
        int shift = Math.Max(2, BitOperations.Log2((uint)bytes)), places = 128 >> shift;
        ulong first = addresses[BitOperations.TrailingZeroCount(mask)] >> shift;
        ulong others = 0;
        uint seen = 0;
        bool apart = true;
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            if ((lane & (places - 1)) == 0)
                seen = 0;
            ulong place = addresses[lane] >> shift;
            uint bit = 1u << (int)(place & (ulong)(places - 1));
            apart &= (seen & bit) == 0;
            seen |= bit;
            others |= place ^ first;
        }

        return apart || others == 0;
    }

    /// <summary>Whether no bank has two different words.</summary>
    [SkipLocalsInit]
    private static bool IsFree(uint lanes, ulong* addresses, int words)
    {
        ulong* seen = stackalloc ulong[Banks];
        uint banks = 0;
        for (; lanes != 0; lanes &= lanes - 1)
        {
            ulong word = addresses[BitOperations.TrailingZeroCount(lanes)] / 4;
            for (int i = 0; i < words; i++, word++)
            {
                int bank = (int)(word % Banks);
                if ((banks >> bank & 1) != 0 && seen[bank] != word)
                    return false;
                banks |= 1u << bank;
                seen[bank] = word;
            }
        }

        return true;
    }

    [SkipLocalsInit]
    private static int Passes(uint lanes, ulong* addresses, int words)
    {
        // The different words of each bank, in the order they come.
        ulong* seen = stackalloc ulong[Banks * Banks];
        int* counts = stackalloc int[Banks];
        new Span<int>(counts, Banks).Clear();
        int most = 1;
        for (; lanes != 0; lanes &= lanes - 1)
        {
            ulong word = addresses[BitOperations.TrailingZeroCount(lanes)] / 4;
            for (int i = 0; i < words; i++, word++)
            {
                int bank = (int)(word % Banks);
                ulong* list = seen + (bank * Banks);
                if (new ReadOnlySpan<ulong>(list, counts[bank]).Contains(word))
                    continue;
                list[counts[bank]++] = word;
                most = Math.Max(most, counts[bank]);
            }
        }

        return most;
    }
}
