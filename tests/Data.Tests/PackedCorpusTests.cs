using FsCheck;
using MolEngine.Data.Records;
using MolEngine.Engine.Batches;
using MolEngine.Support;

namespace MolEngine.Data.Tests;

public sealed class PackedCorpusTests
{
    [Property(MaxTest = 200)]
    public void No_token_is_lost_or_doubled(NonEmptyArray<byte> lengths, PositiveInt contextOver1)
    {
        (TokenBuffer store, int[][] documents) = Store(lengths.Get);
        PackedCorpus corpus = new("c", CorpusKind.Domain, store, 1 + contextOver1.Get);
        int[] rows = [.. Enumerable.Range(0, corpus.Rows).SelectMany(r => corpus.Row(r).Tokens.ToArray())];
        Assert.Equal(documents.SelectMany(d => d), rows);
        Assert.All(
            Enumerable.Range(0, corpus.Rows - 1), r => Assert.Equal(corpus.Context, corpus.Row(r).Tokens.Length));
    }

    [Property(MaxTest = 200)]
    public void Borders_are_those_of_the_documents_and_of_the_rows(
        NonEmptyArray<byte> lengths, PositiveInt contextOver1)
    {
        (TokenBuffer store, int[][] documents) = Store(lengths.Get);
        PackedCorpus corpus = new("c", CorpusKind.General, store, 1 + contextOver1.Get);
        var expected = new SortedSet<int>();
        int end = 0;
        expected.Add(0);
        foreach (int[] document in documents)
            expected.Add(end += document.Length);
        for (int cut = 0; cut < end; cut += corpus.Context)
            expected.Add(cut);
        var got = new SortedSet<int>();
        for (int r = 0; r < corpus.Rows; r++)
        {
            TokenRow row = corpus.Row(r);
            Assert.Equal(CorpusKind.General, row.Kind);
            Assert.Equal(row.DocumentStarts.Order().Distinct(), row.DocumentStarts);
            got.UnionWith(row.DocumentStarts.Append(row.Tokens.Length).Select(s => (r * corpus.Context) + s));
        }

        Assert.Equal(expected, got);
    }

    [Property(MaxTest = 200)]
    public void Best_fit_loses_no_token_and_cuts_only_what_is_longer_than_a_row(
        NonEmptyArray<byte> lengths, PositiveInt contextOver1)
    {
        (TokenBuffer store, int[][] documents) = Store(lengths.Get);
        int context = 1 + contextOver1.Get;
        PackedCorpus corpus = new("c", CorpusKind.General, store, context, PackingKind.BestFit);
        TokenRow[] rows = [.. Enumerable.Range(0, corpus.Rows).Select(corpus.Row)];
        Assert.Equal(documents.SelectMany(d => d), rows.SelectMany(r => r.Tokens.ToArray()).Order());
        Assert.All(rows, r => Assert.InRange(r.Tokens.Length, 1, context));
        Assert.All(rows, r => Assert.Equal(CorpusKind.General, r.Kind));

        // Every piece is a document, or full rows' worth of one and its rest.
        int[][] pieces = [.. rows.SelectMany(Pieces).OrderBy(p => p[0])];
        int[][] expected = [.. documents.SelectMany(d => d.Chunk(context))];
        Assert.Equal(expected, pieces);
        Assert.Equal(documents.Count(d => d.Length > context), corpus.CutDocuments);

        // No two rows would fit in one: best-fit leaves none that are half empty, but for one.
        Assert.True(rows.Count(r => 2 * r.Tokens.Length <= context) <= 1);
    }

    /// <summary>What counts is every token that has one of its own document before it in its row.</summary>
    [Property(MaxTest = 200)]
    public void A_token_counts_where_its_row_has_the_one_before_it(
        NonEmptyArray<byte> lengths, PositiveInt contextOver1, PackingKind packing)
    {
        (TokenBuffer store, int[][] documents) = Store(lengths.Get);
        PackedCorpus corpus = new("c", CorpusKind.Domain, store, 1 + contextOver1.Get, packing);
        HashSet<int> first = [.. documents.Select(d => d[0])];
        long effective = 0;
        for (int r = 0; r < corpus.Rows; r++)
        {
            TokenRow row = corpus.Row(r);
            int[] tokens = row.Tokens.ToArray();

            // Tokens of a corpus ascend, so that one's neighbour is the number before it.
            bool[] expected = [.. tokens.Select((t, i) => i > 0 && tokens[i - 1] == t - 1 && !first.Contains(t))];
            Assert.Equal(expected, row.Predicted.ToArray());
            Assert.Equal(expected.Count(c => c), row.EffectiveTokens);
            effective += row.EffectiveTokens;
        }

        // Every cut costs one: a document in n rows has n first tokens.
        int pieces = Enumerable.Range(0, corpus.Rows).Sum(r => corpus.Row(r).DocumentStarts.Count);
        Assert.Equal(corpus.Tokens - pieces, effective);
        Assert.Equal(effective > 0, corpus.HasEffectiveTokens);
    }

    [Property(MaxTest = 100)]
    public void Rows_are_at_most_full(NonEmptyArray<byte> lengths, PositiveInt contextOver1, PackingKind packing)
    {
        PackedCorpus corpus = new("c", CorpusKind.Domain, Store(lengths.Get).Store, 1 + contextOver1.Get, packing);
        Assert.InRange(corpus.Efficiency, double.Epsilon, 1);
        bool full = Enumerable.Range(0, corpus.Rows).All(r => corpus.Row(r).Tokens.Length == corpus.Context);
        Assert.Equal(full, corpus.Efficiency == 1);
    }

    [Theory]
    [InlineData(PackingKind.Concat)]
    [InlineData(PackingKind.BestFit)]
    public void A_corpus_of_nothing_has_no_rows_and_is_not_full(PackingKind packing)
    {
        PackedCorpus corpus = new("c", CorpusKind.Domain, new TokenBuffer(), 8, packing);
        Assert.Equal(
            (0, 0, 0.0, false), (corpus.Rows, corpus.CutDocuments, corpus.Efficiency, corpus.HasEffectiveTokens));
    }

    [Fact]
    public void Best_fit_fills_the_row_with_the_least_room()
    {
        var store = new TokenBuffer();
        foreach (int length in new[] { 3, 70, 6, 2, 4, 130 })
            store.Add([.. Enumerable.Repeat(length, length - 1), 9]);
        PackedCorpus corpus = new("c", CorpusKind.Domain, store, 100, PackingKind.BestFit);
        Assert.Equal(
            ["130*100", "70*70 130*30", "6*6 4*4 3*3 2*2"],
            Enumerable.Range(0,
                corpus.Rows).Select(r => string.Join(' ', Pieces(corpus.Row(r)).Select(p => $"{p[0]}*{p.Length}"))));
        Assert.Equal(215.0 / 300, corpus.Efficiency);
        Assert.Equal((1, 2), (corpus.CutDocuments, new PackedCorpus("c", CorpusKind.Domain, store, 72).CutDocuments));
    }

    [Fact]
    public void A_document_that_overruns_goes_on_as_a_new_one()
    {
        var store = new TokenBuffer();
        store.Add([1, 2, 3, 4, 5, 9]);
        store.Add([6, 9]);
        store.Add([9]);
        PackedCorpus corpus = new("c", CorpusKind.Domain, store, 4);
        Assert.Equal(3, corpus.Rows);
        Assert.Equal([1, 2, 3, 4], corpus.Row(0).Tokens.ToArray());
        Assert.Equal([0], corpus.Row(0).DocumentStarts);
        Assert.Equal([5, 9, 6, 9], corpus.Row(1).Tokens.ToArray());
        Assert.Equal([0, 2], corpus.Row(1).DocumentStarts);
        Assert.Equal([9], corpus.Row(2).Tokens.ToArray());
        Assert.Equal([3, 2, 0], Enumerable.Range(0, 3).Select(r => corpus.Row(r).EffectiveTokens));
        Assert.Equal(9.0 / 12, corpus.Efficiency);
        Assert.Throws<ArgumentOutOfRangeException>(() => corpus.Row(3));
    }

    [Fact]
    public void The_first_documents_can_be_had_alone()
    {
        var store = new TokenBuffer();
        store.Add([1, 2, 9]);
        store.Add([3, 9]);
        store.Add([4, 9]);
        PackedCorpus first = new PackedCorpus("c", CorpusKind.General, store, 8).First(2);
        Assert.Equal([1, 2, 9, 3, 9], first.Row(0).Tokens.ToArray());
        Assert.Equal([0, 3], first.Row(0).DocumentStarts);
        Assert.Equal(CorpusKind.General, first.Row(0).Kind);
    }

    [Fact]
    public void Rows_that_are_packed_already_stay_as_they_are()
    {
        PackedCorpus corpus = PackedCorpus.OfRows("c", CorpusKind.General, 4, [[[1, 2], [3]], [], [[4, 5, 6, 7]]]);
        Assert.Equal((3, 3, 7), (corpus.Rows, corpus.Documents, corpus.Tokens));
        Assert.Equal([1, 2, 3], corpus.Row(0).Tokens.ToArray());
        Assert.Equal([0, 2], corpus.Row(0).DocumentStarts);
        Assert.Equal((0, 0), (corpus.Row(1).Tokens.Length, corpus.Row(1).DocumentStarts.Count));
        Assert.Equal([4, 5, 6, 7], corpus.Row(2).Tokens.ToArray());
        Assert.Equal(CorpusKind.General, corpus.Row(2).Kind);
        Assert.Equal([1, 2], corpus.First(1).Row(0).Tokens.ToArray());
        Assert.Throws<ArgumentException>(() => PackedCorpus.OfRows("c", CorpusKind.General, 3, [[[1, 2], [3, 4]]]));
    }

    /// <summary>Places among tokens are of 64 bits: five thousand million tokens, none of which is stored.</summary>
    [Theory]
    [InlineData(PackingKind.Concat)]
    [InlineData(PackingKind.BestFit)]
    public void A_corpus_may_have_more_tokens_than_an_array(PackingKind packing)
    {
        var store = new EndlessStore(documents: 5000, length: 1_000_001);
        PackedCorpus corpus = new("c", CorpusKind.Domain, store, 1_000_000, packing);
        Assert.Equal(5_000_005_000, corpus.Tokens);
        Assert.Equal((5001, 5000), (corpus.Rows, corpus.CutDocuments));
        Assert.Equal(1_000_001, corpus.LongestDocument);
        Assert.Equal(5_000_005_000.0 / 5_001_000_000, corpus.Efficiency, 12);
        TokenRow last = corpus.Row(packing == PackingKind.Concat ? 4999 : 5000);
        if (packing == PackingKind.Concat)
        {
            // Row 4999 begins where 4999 million tokens are behind, in document 4998, with two documents' ends in it.
            Assert.Equal([0, 4999], last.DocumentStarts);
            Assert.Equal(EndlessStore.At(4_999_000_000), last.Tokens.Span[0]);
            Assert.Equal(EndlessStore.At(4_999_999_999), last.Tokens.Span[^1]);
            Assert.Equal(5000, corpus.Row(5000).Tokens.Length);
        }
        else
        {
            Assert.Equal(5000, last.DocumentStarts.Count);
            Assert.Equal(EndlessStore.At(5_000_004_999), last.Tokens.Span[4999]);
        }
    }

    /// <summary>Documents of one length whose tokens follow from their places.</summary>
    private sealed class EndlessStore(int documents, int length) : TokenStore
    {
        public override int Documents => documents;

        public static int At(long place) => (int)(place % 1_000_003);

        public override void ReadStarts(int first, Span<long> starts)
        {
            for (int i = 0; i < starts.Length; i++)
                starts[i] = (long)(first + i) * length;
        }

        public override void Read(long start, Span<int> tokens)
        {
            for (int i = 0; i < tokens.Length; i++)
                tokens[i] = At(start + i);
        }
    }

    private static IEnumerable<int[]> Pieces(TokenRow row) => row.DocumentStarts
        .Zip(row.DocumentStarts.Skip(1).Append(row.Tokens.Length), (start, end) => row.Tokens[start..end].ToArray());

    /// <summary>Documents of the given lengths, all tokens distinct, each ended by a token of its own.</summary>
    private static (TokenBuffer Store, int[][] Documents) Store(byte[] lengths)
    {
        var store = new TokenBuffer();
        var documents = new List<int[]>();
        int next = 0;
        foreach (byte length in lengths)
        {
            int[] tokens = [.. Enumerable.Range(next, length + 1)];
            next += length + 1;
            store.Add(tokens);
            documents.Add(tokens);
        }

        return (store, [.. documents]);
    }
}
