using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using MolEngine.Basics.Numerics;
using MolEngine.Data.Records;

namespace MolEngine.Data;

/// <summary>
/// Which documents, or pieces of long ones, are kept for validation: those with the smallest hashes. The choice depends
/// on the texts alone, not on their order or on a seed, and records added later displace few of the old ones.
/// </summary>
public static class HeldOutSplit
{
    /// <summary>Times as many pieces are looked at as are wanted, at first, and then each time again.</summary>
    private const int Enough = 8;

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
    /// A store and its documents to hold out, by ascending hash. Copies of a text go together, so that no text is on
    /// both sides; a text with more copies than there is room for stays in training. With a budget of tokens, long
    /// texts are cut into pieces, and the first piece that is too long for what is left ends the choice.
    /// </summary>
    /// <param name="hashes">For each document the hash of its text.</param>
    /// <param name="isDialogue">For each document whether it is a dialogue: those stay whole.</param>
    /// <param name="context">Tokens of a row: pieces are no longer.</param>
    public static (TokenStore Store, int[] Chosen) Choose(
        TokenStore store, ulong[] hashes, bool[] isDialogue, HeldOutBudget budget, int context)
    {
        int longest = budget.Tokens is null ? int.MaxValue : Math.Min(context, HeldOutBudget.PieceTokens);
        int all = Pieces(store, hashes, isDialogue, longest).Count();
        int most = budget.Documents.Of(all);
        long room = budget.Tokens ?? store.Tokens;

        // Few are chosen of many: only those of small hashes are looked at, and more where they do not suffice.
        double share = (Enough * (double)most + Enough) / Math.Max(1, all);
        for (; ; share *= Enough)
        {
            ulong limit = share < 1 ? (ulong)(share * ulong.MaxValue) : ulong.MaxValue;
            Piece[] few = [.. Pieces(store, hashes, isDialogue, longest).Where(p => p.Hash <= limit)];
            List<Piece> chosen = Smallest(few, most, room, out bool isFull);
            if (isFull || share >= 1)
                return Cut(store, chosen);
        }
    }

    /// <param name="isFull">Whether no piece of a larger hash than those given would be taken too.</param>
    private static List<Piece> Smallest(Piece[] pieces, int most, long room, out bool isFull)
    {
        Array.Sort(pieces, static (a, b) => (a.Hash, a.Start).CompareTo((b.Hash, b.Start)));
        var chosen = new List<Piece>();
        isFull = most == 0;
        for (int first = 0, after; first < pieces.Length && !isFull; first = after)
        {
            for (after = first + 1; after < pieces.Length && pieces[after].Hash == pieces[first].Hash; after++)
            {
            }

            Span<Piece> copies = pieces.AsSpan(first, after - first);
            long tokens = (long)copies.Length * pieces[first].Length;
            isFull = tokens > room && chosen.Count > 0;
            if (tokens > room || chosen.Count + copies.Length > most)
                continue;
            room -= tokens;
            chosen.AddRange(copies);
            isFull = chosen.Count == most;
        }

        return chosen;
    }

    private static IEnumerable<Piece> Pieces(TokenStore store, ulong[] hashes, bool[] isDialogue, int longest)
    {
        int document = 0;
        foreach ((long start, int length) in store.Extents())
        {
            ulong hash = hashes[document];
            bool isWhole = length <= longest || isDialogue[document];
            for (int at = 0; at < length; at += isWhole ? length : longest)
            {
                ulong own = isWhole ? hash : new CounterRandom(hash).Bits((ulong)at);
                yield return new(own, start + at, isWhole ? length : Math.Min(longest, length - at));
            }

            document++;
        }
    }

    /// <summary>The store cut at the borders of pieces inside documents, and the pieces as its documents.</summary>
    private static (TokenStore Store, int[] Chosen) Cut(TokenStore store, IReadOnlyList<Piece> chosen)
    {
        bool IsInside(long place) => place < store.Tokens && store.Start(store.DocumentAt(place)) != place;
        long[] cuts =
        [
            .. chosen.SelectMany(p => (long[])[p.Start, p.Start + p.Length]).Distinct().Where(IsInside).Order(),
        ];
        TokenStore cut = cuts.Length == 0 ? store : new CutDocuments(store, cuts);
        return (cut, [.. chosen.Select(p => cut.DocumentAt(p.Start))]);
    }

    /// <summary>A document, or a part of one, by its place among all tokens.</summary>
    private readonly record struct Piece(ulong Hash, long Start, int Length);
}
