using MolEngine.Kernels.Ops;
using MolEngine.Support;

namespace MolEngine.Kernels.Tests.Head;

/// <summary>Forms of losses: gates of cross-entropy, directions of a divergence, targets that it leaves out.</summary>
public abstract partial class MolHeadTests
{
    private const LossForms Without = LossForms.WithoutTarget;

    [Theory]
    [InlineData(2, 1, LossForms.None, 1)]
    [InlineData(2, 2, Without, 0.5f)]
    [InlineData(128, 127, Without, 0)]
    [InlineData(1187, 1, Without, 1)]
    [InlineData(1187, 31, LossForms.None, 0.25f)]
    [InlineData(1187, 31, LossForms.EntropyGate, 0)]
    [InlineData(1187, 31, LossForms.ProbabilityGate, 0)]
    [InlineData(2049, 31, Without, 0)]
    [InlineData(2500, 127, Without | LossForms.EntropyGate, 0.5f)]
    public void Forms_AgreeWithFloat64(int vocabulary, int topN, LossForms form, float share)
    {
        HeadInputs inputs = HeadInputs.Random(vocabulary + topN, vocabulary, 19, topN, [0, 5, 5, 11], topN == 31);
        inputs = Held(inputs.WithForm(form, share));
        HeadRun got = HeadRun.Of(_ops, inputs, weightGradient: true);
        AssertBase(inputs, got);
        AssertStudent(inputs, got);
        AssertHeld(inputs, got);
        AssertGradients(inputs, got);
    }

    [Fact]
    public void ARowOfAnotherForm_ChangesNoBitOfItsNeighbours()
    {
        HeadInputs plain = Held(HeadInputs.Random(50, 2300, 11, 31, [0, 6, 12]));
        HeadInputs mixed = plain.WithForm(LossForms.None, 0);
        mixed.Forms!.AsSpan(6).Fill(Without | LossForms.EntropyGate);
        mixed.ForwardShare!.AsSpan(6).Fill(0.5f);
        HeadRun alone = HeadRun.Of(_ops, plain), beside = HeadRun.Of(_ops, mixed);
        Assert.Equal(alone.BaseTail[..6], beside.BaseTail[..6]);
        Assert.Equal(alone.Kl[..6], beside.Kl[..6]);
        Assert.Equal(alone.DHidden[..66], beside.DHidden[..66]);
        Assert.NotEqual(alone.DHidden[66..], beside.DHidden[66..]);
        Assert.Equal(alone.Ce, beside.Ce);
        Assert.Equal(plain.Targets.Select((y, t) => y < 0 ? 0 : alone.Kl[t]), alone.HeldKl);
    }

    [Fact]
    public void WithoutAForm_WhatCountsAreTheFiguresThemselves()
    {
        HeadRun got = HeadRun.Of(_ops, Held(HeadInputs.Random(51, 900, 11, 31, [0, 6])));
        Assert.Equal(got.Ce, got.GatedCe);
        Assert.Equal(got.Kl, got.HeldKl);
    }

    [Theory]
    [InlineData(LossForms.None, 1)]
    [InlineData(LossForms.None, 0.5f)]
    [InlineData(Without, 0)]
    [InlineData(Without, 1)]
    public void AtStep0_WhatIsHeldIsZero_AndItsGradientToo(LossForms form, float share)
    {
        HeadInputs inputs = HeadInputs.Random(3, 2100, 24, 31, [0, backend.IsVirtual ? 5 : 12]).WithForm(form, share);
        inputs = Held(inputs with { X = inputs.X0 }).WithWeights(0, 1);
        HeadRun got = HeadRun.Of(_ops, inputs);
        Assert.All(got.HeldKl, kl => Assert.InRange(kl, 0, 1e-11));

        // Of cross-entropy: what gradients are usually like. Base and student must have the same bits of the tail.
        HeadRun ce = HeadRun.Of(_ops, inputs.WithWeights(1, 0));
        double size = Math.Sqrt(ce.DHidden.Sum(d => (double)d * d));
        Assert.InRange(Math.Sqrt(got.DHidden.Sum(d => (double)d * d)), 0, 2e-7 * size);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void ATargetThatIsNearlyAllOfTheTail_IsTakenOutExactly(float share)
    {
        // Beside the target, the tail has a share of 1e-9 of the residual class: a difference would lose it.
        float[] z0 = Logits(2500, v => v < 3 ? 5 : v == 2200 ? 3 : -25 + (v % 7 * 0.1f));
        float[] z = [.. z0.Select((x, v) => x + (v % 5 * 0.2f))];
        AssertForm(HeadInputs.OfLogits(z0, z, 3, 2200, 0, 1).WithForm(Without, share));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void ATargetOnTheList_AndOneThatIsAllButCertain_AreTakenOutExactly(float share)
    {
        float[] z0 = Logits(2500, v => v == 2200 ? 25 : v % 130 == 7 ? 2 : -3 + (v % 10 * 0.05f));
        float[] z = [.. z0.Select((x, v) => x + (v % 5 * 0.2f))];
        AssertForm(HeadInputs.OfLogits(z0, z, 31, 2200, 0, 1).WithForm(Without, share));
    }

    [Fact]
    public void AnEntryThatIsPushedOut_AndIsTheTarget_StaysOutOfTheTail()
    {
        // Rising: the target is on the list of the first tile, and pushed out by the second.
        float[] rising = Logits(4500, v => v * 0.001f);
        AssertForm(HeadInputs.OfLogits(rising, [.. rising.Reverse()], 31, 2040, 0.3f, 0.7f).WithForm(Without, 0.5f));
        AssertForm(HeadInputs.OfLogits(rising, [.. rising.Reverse()], 31, 4497, 0.3f, 0.7f).WithForm(Without, 0.5f));
    }

    [Fact]
    public void TheTargetsLogit_HasNoPartInADivergenceWithoutIt()
    {
        var random = new Random(8);
        float[] z0 = HeadInputs.Normal(random, 600, 2), z = [.. z0.Select(x => x + (float)random.NextDouble())];
        foreach (int target in (int[])[(int)Array.IndexOf(z0, z0.Max()), 300])
        {
            HeadRun Run(float mine, float theirs)
            {
                (float[] student, float[] base0) = ([.. z], [.. z0]);
                (student[target], base0[target]) = (mine, theirs);
                return HeadRun.Of(_ops, Held(
                    HeadInputs.OfLogits(base0, student, 31, target, 0, 1).WithForm(Without, 0.5f)), true);
            }

            // The base's own logit stays above or below the list, as else the list would have one entry less.
            float far = target == 300 ? -9 : 12;
            HeadRun one = Run(2, far), other = Run(-4, far + 1);
            Compare.AssertRelative("held", other.HeldKl[0], one.HeldKl[0], 1e-6);
            Assert.Equal(0, one.DWeight[(2 * target) + 1]);
            Assert.Equal(0, other.DWeight[(2 * target) + 1]);
            double[] dz = [.. Enumerable.Range(0, 600).Select(v => (double)one.DWeight[(2 * v) + 1])];
            float[] again = [.. Enumerable.Range(0, 600).Select(v => other.DWeight[(2 * v) + 1])];
            Compare.AssertRelativeL2("dz", again, dz, Within(1e-5, 8e-3));
        }
    }

    [Fact]
    public void FormsThatAskOfABase_AreRefusedWithoutOne()
    {
        HeadInputs inputs = Held(HeadInputs.Random(16, 50, 4, 0, [0, 3]));
        foreach (LossForms form in (LossForms[])[Without, LossForms.EntropyGate])
        {
            var refused = Assert.Throws<ArgumentException>(() => HeadRun.Of(_ops, inputs.WithForm(form, 0)));
            Assert.Contains($"token 0: expected a base distribution for {form}", refused.Message);
        }

        HeadInputs gated = inputs.WithForm(LossForms.ProbabilityGate, 0);
        AssertGradients(gated, HeadRun.Of(_ops, gated, weightGradient: true));
    }

    /// <summary>
    /// Without its target a divergence lives in the tail, whose thousands of terms are summed in fp32.
    /// </summary>
    private void AssertForm(HeadInputs inputs)
    {
        AssertAll(inputs, 1e-5);
        AssertHeld(Held(inputs), HeadRun.Of(_ops, Held(inputs)));
    }

    private static void AssertHeld(HeadInputs inputs, HeadRun got)
    {
        foreach (int t in Predicting(inputs))
        {
            HeldTruth truth = new HeadTruth(inputs, t).Held;
            HeadTolerances.Kl($"token {t}, what is held", got.HeldKl[t], truth.Held);
            Compare.AssertAbsolute(
                $"token {t}, what counts of CE", got.GatedCe[t], truth.GatedCe, 1e-5 * (1 + truth.GatedCe));
            double plain = new HeadTruth(
                inputs with { Forms = [.. inputs.Targets.Select(_ => LossForms.None)] }, t).Held.Forward;
            HeadTolerances.Kl($"token {t}, forward KL", got.ForwardKl[t], plain);
        }
    }
}
