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
        Piece[] pieces = Pieces(store, hashes, isDialogue, budget.Tokens is null ? int.MaxValue : PieceOf(context));
        int most = budget.Documents.Of(pieces.Length);
        long room = budget.Tokens ?? store.Tokens;
        Array.Sort(pieces, static (a, b) => (a.Hash, a.Start).CompareTo((b.Hash, b.Start)));
        var chosen = new List<Piece>();
        for (int first = 0, after; first < pieces.Length && chosen.Count < most; first = after)
        {
            for (after = first + 1; after < pieces.Length && pieces[after].Hash == pieces[first].Hash; after++)
            {
            }

            Span<Piece> copies = pieces.AsSpan(first, after - first);
            long tokens = (long)copies.Length * pieces[first].Length;
            if (tokens > room && chosen.Count > 0)
                break;
            if (tokens > room || chosen.Count + copies.Length > most)
                continue;
            room -= tokens;
            chosen.AddRange(copies);
        }

        return Cut(store, chosen);
    }

    private static int PieceOf(int context) => Math.Min(context, HeldOutBudget.PieceTokens);

    private static Piece[] Pieces(TokenStore store, ulong[] hashes, bool[] isDialogue, int longest)
    {
        var pieces = new List<Piece>(store.Documents);
        int document = 0;
        foreach ((long start, int length) in store.Extents())
        {
            ulong hash = hashes[document];
            if (length <= longest || isDialogue[document])
            {
                pieces.Add(new(hash, start, length));
            }
            else
            {
                for (int at = 0; at < length; at += longest)
                {
                    ulong own = new CounterRandom(hash).Bits((ulong)at);
                    pieces.Add(new(own, start + at, Math.Min(longest, length - at)));
                }
            }

            document++;
        }

        return [.. pieces];
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
