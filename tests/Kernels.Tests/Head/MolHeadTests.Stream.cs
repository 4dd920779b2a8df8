namespace MolEngine.Kernels.Tests.Head;

/// <summary>What the stream must not depend on, what it may hold, and what must not vanish in it.</summary>
public abstract partial class MolHeadTests
{
    /// <summary>Rows of more than a block, of a piece and a little, of a few tokens, and of none.</summary>
    private readonly int[] _rows = backend.IsVirtual ? [0, 3, 40, 40, 112, 115] : [0, 3, 270, 270, 700, 713];

    [Fact]
    public void AnyNumberOfThreads_AndAnyOrderOfWarps_GivesTheSameBits()
    {
        HeadInputs inputs = Held(HeadInputs.Random(11, 2100, 9, 31, _rows));
        HeadRun two = HeadRun.Of(_ops, inputs, weightGradient: true);
        foreach (int variant in (int[])[1, 3])
        {
            using Ops.Ops ops = HeadBackend.Create(backend, variant);
            AssertSame(two, HeadRun.Of(ops, inputs, weightGradient: true));
        }

        AssertSame(two, HeadRun.Of(_ops, inputs, weightGradient: true));
    }

    [Fact]
    public void AnySplitIntoMicroBatches_GivesTheSameBits()
    {
        HeadInputs inputs = Held(HeadInputs.Random(12, 2100, 9, 31, _rows));
        float[] before = HeadInputs.Normal(new Random(1), inputs.Weight.Length, 0.1);
        HeadRun whole = HeadRun.Of(_ops, inputs, weightGradient: true, gradientBefore: before);
        foreach (int[] split in (int[][])[[1, 1, 1, 1, 1], [2, 3], [4, 1]])
        {
            float[] gradient = before;
            var dx = new List<float>();
            var kl = new List<double>();
            int first = 0;
            foreach (int rows in split)
            {
                HeadRun part = HeadRun.Of(
                    _ops, inputs.Rows(first, rows), weightGradient: true, gradientBefore: gradient);
                gradient = part.DWeight;
                dx.AddRange(part.DHidden);
                kl.AddRange(part.Kl);
                first += rows;
            }

            Assert.Equal(whole.DWeight, gradient);
            Assert.Equal(whole.DHidden, dx);
            Assert.Equal(whole.Kl, kl);
        }
    }

    [Fact]
    public void ATokensResult_DoesNotDependOnItsNeighbours()
    {
        HeadInputs inputs = Held(HeadInputs.Random(13, 2300, 21, 31, [0, 12]));
        HeadRun all = HeadRun.Of(_ops, inputs);
        foreach (int t in Predicting(inputs).Take(backend.IsVirtual ? 3 : 12))
        {
            HeadRun alone = HeadRun.Of(_ops, (inputs with { RowStarts = [.. Enumerable.Range(0, 13)] }).Rows(t, 1));
            Assert.Equal(all.DHidden[(t * 21)..((t + 1) * 21)], alone.DHidden);
            Assert.Equal(all.TopLogits[(t * 31)..((t + 1) * 31)], alone.TopLogits);
            Assert.Equal(
                (all.BaseLse[t], all.BaseTail[t], all.Ce[t], all.Kl[t], all.Lse[t], all.TailLogP[t]),
                (alone.BaseLse[0], alone.BaseTail[0], alone.Ce[0], alone.Kl[0], alone.Lse[0], alone.TailLogP[0]));
        }
    }

    [Fact]
    public void DWeight_IsAccumulated()
    {
        HeadInputs inputs = Held(HeadInputs.Random(14, 300, 6, 5, [0, 5]));
        float[] before = HeadInputs.Normal(new Random(2), inputs.Weight.Length, 1);
        HeadRun zero = HeadRun.Of(_ops, inputs, weightGradient: true);
        HeadRun added = HeadRun.Of(_ops, inputs, weightGradient: true, gradientBefore: before);
        Assert.Equal(before.Zip(zero.DWeight, (a, b) => a + b), added.DWeight);
    }

    [Fact]
    public void Workspace_GrowsNeitherWithTokensNorWithVocabulary()
    {
        long Bytes(int vocabulary, int tokens)
        {
            using Ops.Ops ops = HeadBackend.Create(backend);
            HeadInputs inputs = Held(HeadInputs.Random(15, vocabulary, 2, 31, [0, tokens]));
            HeadRun.Of(ops, inputs with { Targets = [.. inputs.Targets.Select(Math.Abs)] }, weightGradient: true);
            return ops.WorkspaceBytes;
        }

        // A block of logits is 4 MiB on the CPU ([512, 2048]; what the products pack beside it differs a little from
        // run to run) and half a MiB on CUDA ([64, 2048]). [T, V] would take ten times as much, and five times.
        int block = backend.IsVirtual ? 64 : 512;
        long least = block * 2048 * sizeof(float), most = backend.IsVirtual ? 3 * least : 2 * least;
        Assert.InRange(Bytes(2100, block), least, most);
        Assert.InRange(Bytes(backend.IsVirtual ? 4100 : 9100, (5 * block / 2) + 20), least, most);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void ALogitThatIsNotANumber_DoesNotVanish(float bad)
    {
        foreach (int vocabulary in (int[])[20, 2100])
        {
            foreach (int at in (int[])[0, 7, vocabulary - 1])
            {
                float[] good = Logits(vocabulary, v => v % 13 * 0.1f);
                float[] z = [.. good];
                z[at] = bad;
                foreach (int topN in (int[])[1, 19, 20])
                {
                    // X = X0: the base and the student both meet the bad logit.
                    HeadRun got = HeadRun.Of(
                        _ops, Held(HeadInputs.OfLogits(z, good, topN, 5, 0.5f, 0.5f) with { X = [1, 0] }));
                    Assert.True(double.IsNaN(got.BaseLse[0]),
                        $"base lse {got.BaseLse[0]} with {bad} at {at} of {vocabulary}, n {topN}");
                    Assert.True(
                        double.IsNaN(got.Lse[0]), $"lse {got.Lse[0]} with {bad} at {at} of {vocabulary}, n {topN}");
                    Assert.True(double.IsNaN(got.Ce[0]) && double.IsNaN(got.Kl[0]), $"CE {got.Ce[0]}, KL {got.Kl[0]}");
                }
            }
        }
    }

    [Fact]
    public void WhatCannotBe_IsRefusedByName()
    {
        HeadInputs inputs = Held(HeadInputs.Random(16, 50, 4, 5, [0, 3]));
        var target = Assert.Throws<ArgumentException>(() => HeadRun.Of(_ops, inputs with { Targets = [1, 50, 2] }));
        Assert.Contains("target of token 1", target.Message);
        var weight = Assert.Throws<ArgumentException>(() => HeadRun.Of(_ops, inputs with { TopN = 0 }));
        Assert.Contains("KL weight", weight.Message);
        var n = Assert.Throws<ArgumentException>(() => HeadRun.Of(_ops, inputs with { TopN = 51 }));
        Assert.Contains("expected 1 to 50, got 51", n.Message);
        var large = Assert.Throws<ArgumentException>(
            () => HeadRun.Of(_ops, Held(HeadInputs.Random(16, 300, 4, 128, [0, 3]))));
        Assert.Contains("expected 1 to 127, got 128", large.Message);
    }

    private static void AssertSame(HeadRun a, HeadRun b)
    {
        Assert.Equal(a.TopIds, b.TopIds);
        Assert.Equal(a.TopLogits, b.TopLogits);
        Assert.Equal(a.BaseLse, b.BaseLse);
        Assert.Equal(a.BaseTail, b.BaseTail);
        Assert.Equal(a.Ce, b.Ce);
        Assert.Equal(a.Kl, b.Kl);
        Assert.Equal(a.Lse, b.Lse);
        Assert.Equal(a.TailLogP, b.TailLogP);
        Assert.Equal(a.DHidden, b.DHidden);
        Assert.Equal(a.DWeight, b.DWeight);
    }
}
