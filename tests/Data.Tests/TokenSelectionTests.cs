using FsCheck;
using MolEngine.Support;

namespace MolEngine.Data.Tests;

public sealed class TokenSelectionTests
{
    [Property(MaxTest = 200)]
    public void What_is_left_out_is_gone_and_all_else_stays_in_order(NonEmptyArray<byte> lengths, int mask)
    {
        (TokenBuffer whole, int[][] documents) = Store(lengths.Get);
        int[] without = [.. Enumerable.Range(0, documents.Length).Where(d => (mask >> (d % 31) & 1) == 1)];
        AssertHolds(
            [.. documents.Where((_, d) => !without.Contains(d))],
            TokenSelection.Without(whole, without.Reverse().Concat(without)));
    }

    [Property(MaxTest = 200)]
    public void Documents_can_be_had_in_any_order(NonEmptyArray<byte> lengths, byte[] order)
    {
        (TokenBuffer whole, int[][] documents) = Store(lengths.Get);
        int[] only = [.. order.Select(o => o % documents.Length)];
        AssertHolds([.. only.Select(d => documents[d])], TokenSelection.Only(whole, only));
    }

    [Property(MaxTest = 100)]
    public void The_first_documents_can_be_had_and_selections_of_selections(NonEmptyArray<byte> lengths, byte count)
    {
        (TokenBuffer whole, int[][] documents) = Store(lengths.Get);
        AssertHolds([.. documents.Take(count)], TokenSelection.First(whole, count));
        AssertHolds(
            [.. documents.Skip(1).Take(count)], TokenSelection.First(TokenSelection.Without(whole, [0]), count));
    }

    /// <summary>Every way of reading a store gives the same documents.</summary>
    private static void AssertHolds(int[][] expected, TokenStore store)
    {
        int[] tokens = [.. expected.SelectMany(d => d)];
        Assert.Equal((expected.Length, tokens.Length), (store.Documents, store.Tokens));
        long[] starts = new long[expected.Length + 1];
        store.ReadStarts(0, starts);
        for (int d = 0; d < expected.Length; d++)
        {
            Assert.Equal(expected[d], store.Document(d));
            Assert.Equal((starts[d], starts[d + 1]), (store.Start(d), store.Start(d) + store.Length(d)));
            Assert.All(new[] { starts[d], starts[d + 1] - 1 }, t => Assert.Equal(d, store.DocumentAt(t)));
        }

        Assert.Equal(
            Enumerable.Range(0, expected.Length).Select(d => (starts[d], expected[d].Length)), store.Extents());

        // Across the borders of documents and runs.
        for (int at = 0; at < tokens.Length; at += 3)
        {
            int[] some = new int[Math.Min(50, tokens.Length - at)];
            store.Read(at, some);
            Assert.Equal(tokens[at..(at + some.Length)], some);
        }

        var copy = new TokenBuffer();
        foreach (int[] document in expected)
            copy.Add(document);
        Assert.Equal(copy.Fingerprint(), store.Fingerprint());
    }

    /// <summary>Documents of the given lengths and one more, all tokens distinct.</summary>
    private static (TokenBuffer Store, int[][] Documents) Store(byte[] lengths)
    {
        var store = new TokenBuffer();
        int next = 0;
        int[][] documents = [.. lengths.Select(n => Enumerable.Range((next += n + 1) - n - 1, n + 1).ToArray())];
        foreach (int[] document in documents)
            store.Add(document);
        return (store, documents);
    }
}
