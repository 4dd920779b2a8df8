using FsCheck;
using MolEngine.Engine.BaseCaching;
using MolEngine.Engine.Batches;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.BaseCaching;

public sealed class PackedRowTests
{
    /// <summary>Any numbers come back to the bit, at the tokens with a target and nowhere else.</summary>
    [Property]
    public void What_was_written_is_read(PositiveInt topN, PositiveInt vocabulary, bool withoutTarget, int seed)
    {
        var random = new System.Random(seed);
        int n = Math.Min(topN.Get, 127), vocab = n + (vocabulary.Get * random.Next(1, 20_000));
        int first = random.Next(0, 5), tokens = random.Next(1, 30);
        var packed = new PackedRow(n, vocab);
        int[] targets = [.. Enumerable.Range(0, tokens).Select(_ => random.Next(3) == 0 ? -1 : random.Next(vocab))];
        HostDistribution from = Random(random, first + tokens, n, vocab);
        HostDistribution into = Random(random, first + tokens, n, vocab);
        HostDistribution before = Random(random, first + tokens, n, vocab);
        into.CopyTo(before, 0, 0, first + tokens);

        byte[] bytes = packed.Write(from, targets, first, withoutTarget);
        Assert.Equal(packed.Bytes(targets.Count(t => t >= 0), withoutTarget), bytes.Length);
        Assert.True(packed.Read(bytes, into, targets, first, withoutTarget));
        for (int t = 0; t < first + tokens; t++)
        {
            bool isRead = t >= first && targets[t - first] >= 0;
            HostDistribution expected = isRead ? from : before;
            Assert.Equal(expected.TopIds.AsSpan(t * n, n), into.TopIds.AsSpan(t * n, n));
            Assert.Equal(Bits(expected.TopLogits.AsSpan(t * n, n)), Bits(into.TopLogits.AsSpan(t * n, n)));
            Assert.Equal(
                Bits([expected.LogSumExp[t], expected.TailLogSumExp[t]]),
                Bits([into.LogSumExp[t], into.TailLogSumExp[t]]));
            HostDistribution apart = isRead && withoutTarget ? from : before;
            Assert.Equal(Bits([apart.TailWithoutTarget[t]]), Bits([into.TailWithoutTarget[t]]));
        }
    }

    /// <summary>Qwen3's 151,936 ids take 18 bits: a token of 31 takes 334 bytes.</summary>
    [Fact]
    public void Ids_take_as_many_bits_as_the_vocabulary()
    {
        Assert.Equal(18, new PackedRow(31, 151_936).IdBits);
        Assert.Equal(16, new PackedRow(31, 65_536).IdBits);
        Assert.Equal(17, new PackedRow(31, 65_537).IdBits);
        Assert.Equal((8 * (31 * 18 / 8.0)) + (8 * 33 * 8), new PackedRow(31, 151_936).Bytes(8, withoutTarget: false));
    }

    [Fact]
    public void An_id_beyond_the_vocabulary_is_refused()
    {
        var random = new System.Random(3);
        HostDistribution from = Random(random, 1, 2, 100);
        from.TopIds[1] = 120;
        byte[] bytes = new PackedRow(2, 128).Write(from, [5], 0, false);
        Assert.True(new PackedRow(2, 128).Read(bytes, from, [5], 0, false));
        Assert.False(new PackedRow(2, 100).Read(bytes, from, [5], 0, false));
    }

    /// <summary>All that the base sees of a row, and which of its tokens are asked for, is in its key.</summary>
    [Fact]
    public void A_row_that_differs_in_anything_has_another_key()
    {
        TokenRow row = new(new[] { 1, 2, 3, 4 }, [0, 2]);
        Assert.Equal(
            PackedRow.KeyOf(row, false),
            PackedRow.KeyOf(new TokenRow(new[] { 1, 2, 3, 4 }, [0, 2], CorpusKind.General) { Weight = 2 }, false));
        UInt128[] keys =
        [
            PackedRow.KeyOf(row, false), PackedRow.KeyOf(row, true),
            PackedRow.KeyOf(new TokenRow(new[] { 1, 2, 3, 5 }, [0, 2]), false),
            PackedRow.KeyOf(new TokenRow(new[] { 1, 2, 3 }, [0, 2]), false),
            PackedRow.KeyOf(new TokenRow(new[] { 1, 2, 3, 4 }, [0]), false),
            PackedRow.KeyOf(new TokenRow(new[] { 1, 2, 3, 4 }, [0, 1]), false),
            PackedRow.KeyOf(new TokenRow(new[] { 1, 2, 3, 4 }, [0, 2], firstPosition: 1), false),
            PackedRow.KeyOf(new TokenRow(new[] { 1, 2, 3, 4 }, [0, 2], mask: [true, true, true, false]), false),
        ];
        Assert.Equal(keys.Length, keys.Distinct().Count());
    }

    private static long[] Bits(ReadOnlySpan<double> values)
    {
        var bits = new long[values.Length];
        for (int i = 0; i < bits.Length; i++)
            bits[i] = BitConverter.DoubleToInt64Bits(values[i]);
        return bits;
    }

    private static HostDistribution Random(System.Random random, int tokens, int n, int vocab)
    {
        var made = new HostDistribution(tokens, n);
        foreach (ref int id in made.TopIds.AsSpan())
            id = random.Next(vocab);
        double[][] all = [made.TopLogits, made.LogSumExp, made.TailLogSumExp, made.TailWithoutTarget];
        foreach (double[] numbers in all)
        {
            foreach (ref double x in numbers.AsSpan())
                x = random.Next(20) == 0 ? double.NegativeInfinity : (random.NextDouble() - 0.5) * 100;
        }

        return made;
    }
}
