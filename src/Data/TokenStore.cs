using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace MolEngine.Data;

/// <summary>
/// Documents end to end, with their borders; none is empty. Tokens may lie in a file: what is read is a copy. A token
/// that the loss leaves out is marked (<see cref="TokenMark"/>).
/// </summary>
public abstract class TokenStore
{
    private const int ChunkDocuments = 1 << 12, ChunkTokens = 1 << 20;

    public abstract int Documents { get; }

    public long Tokens => Start(Documents);

    /// <summary>
    /// The places where documents start among all tokens, ascending from 0, and behind the last document its end.
    /// </summary>
    /// <param name="first">The first document that is asked for: 0 to <see cref="Documents"/>.</param>
    public abstract void ReadStarts(int first, Span<long> starts);

    /// <summary>Tokens from a place on, whatever documents they are of.</summary>
    public abstract void Read(long start, Span<int> tokens);

    /// <summary>The place of a document's first token; of document <see cref="Documents"/>, the end.</summary>
    public long Start(int document)
    {
        Span<long> start = stackalloc long[1];
        ReadStarts(document, start);
        return start[0];
    }

    /// <summary>Tokens of a document.</summary>
    public int Length(int document)
    {
        Span<long> borders = stackalloc long[2];
        ReadStarts(document, borders);
        return (int)(borders[1] - borders[0]);
    }

    /// <summary>A document's tokens.</summary>
    public int[] Document(int document)
    {
        int[] tokens = new int[Length(document)];
        Read(Start(document), tokens);
        return tokens;
    }

    /// <summary>Where each document lies, in their order.</summary>
    public IEnumerable<(long Start, int Length)> Extents()
    {
        long[] borders = new long[ChunkDocuments + 1];
        for (int first = 0; first < Documents; first += ChunkDocuments)
        {
            int count = Math.Min(ChunkDocuments, Documents - first);
            ReadStarts(first, borders.AsSpan(0, count + 1));
            for (int d = 0; d < count; d++)
                yield return (borders[d], (int)(borders[d + 1] - borders[d]));
        }
    }

    /// <summary>The document that a token is of.</summary>
    public int DocumentAt(long token)
    {
        int first = 0, after = Documents;
        while (after - first > 1)
        {
            int middle = first + ((after - first) / 2);
            if (Start(middle) <= token)
                first = middle;
            else
                after = middle;
        }

        return first;
    }

    /// <summary>SHA-256 of borders and ids: borders of 32 bits where those hold them, else of 64.</summary>
    public string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        bool narrow = Tokens <= int.MaxValue;
        long[] borders = new long[ChunkDocuments];
        for (int first = 0; first <= Documents; first += ChunkDocuments)
        {
            Span<long> some = borders.AsSpan(0, (int)Math.Min(ChunkDocuments, Documents + 1L - first));
            ReadStarts(first, some);
            if (narrow)
                hash.AppendData(MemoryMarshal.AsBytes<int>(Array.ConvertAll(some.ToArray(), b => (int)b)));
            else
                hash.AppendData(MemoryMarshal.AsBytes(some));
        }

        int[] tokens = new int[Math.Min(ChunkTokens, Tokens)];
        for (long start = 0; start < Tokens; start += tokens.Length)
        {
            Span<int> some = tokens.AsSpan(0, (int)Math.Min(tokens.Length, Tokens - start));
            Read(start, some);
            hash.AppendData(MemoryMarshal.AsBytes(some));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
