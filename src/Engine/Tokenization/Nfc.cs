using System.Text;

namespace MolEngine.Engine.Tokenization;

/// <summary>
/// Unicode normalisation form C (UAX #15) on UTF-8. .NET's own needs ICU, which the program runs without. The quick
/// check leaves normalised text untouched; only the stretches between two characters that nothing joins or moves across
/// are normalised.
/// </summary>
public static class Nfc
{
    // Every character below U+0300 is normalised and a starter: in UTF-8, every first byte below 0xCC.
    private const byte FirstLead = 0xCC;

    public static string Normalize(string text) =>
        Encoding.UTF8.GetString(NormalizeUtf8(Encoding.UTF8.GetBytes(text)));

    /// <summary>
    /// The normalised form of well-formed UTF-8: the very span that came in where it is normalised already.
    /// </summary>
    internal static ReadOnlySpan<byte> NormalizeUtf8(ReadOnlySpan<byte> text)
    {
        int first = text.IndexOfAnyInRange(FirstLead, (byte)0xFF);
        return first < 0 ? text : Normalize(text, first);
    }

    private static ReadOnlySpan<byte> Normalize(ReadOnlySpan<byte> text, int at)
    {
        NfcSegment? segment = null;
        int copied = 0, boundary = 0, lastRank = 0, visited = 0;
        while (at < text.Length)
        {
            if (text[at] < FirstLead)
            {
                int skip = text[at..].IndexOfAnyInRange(FirstLead, (byte)0xFF);
                if (skip < 0)
                    break;
                at += skip;
            }

            if (at > visited)
                (boundary, lastRank) = (Utf8.Previous(text, at), 0);
            int flags = NfcData.Flags(Utf8.Decode(text, at, out int length));
            int rank = flags & NfcData.RankMask;
            if ((flags & NfcData.NotQuick) == 0 && (rank == 0 || rank >= lastRank))
            {
                if (rank == 0)
                    boundary = at;
                lastRank = rank;
                visited = at += length;
                continue;
            }

            at = NextBoundary(text, at + length);
            segment ??= new NfcSegment(text.Length);
            segment.Append(text[copied..boundary]);
            segment.AppendNormalized(text[boundary..at]);
            (copied, boundary, visited, lastRank) = (at, at, at, 0);
        }

        if (segment is null)
            return text;
        segment.Append(text[copied..]);
        return segment.Written;
    }

    /// <summary>The next character that is a starter and can never join what stands before it.</summary>
    private static int NextBoundary(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length && text[at] >= FirstLead)
        {
            int flags = NfcData.Flags(Utf8.Decode(text, at, out int length));
            if ((flags & (NfcData.NotQuick | NfcData.RankMask)) == 0)
                break;
            at += length;
        }

        return at;
    }
}
