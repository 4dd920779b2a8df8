using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Cuda.Head;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Planning;
using MolEngine.Kernels.Tensors;
using MolEngine.Kernels.Tests.Interop;
using MolEngine.Support;
using MolEngine.VirtualGpu.Driver;

namespace MolEngine.Kernels.Tests.Head;

/// <summary>What only the head on CUDA has: a window of its own size, bf16 products, a bound in bytes.</summary>
public sealed class CudaHeadTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Workspace_GrowsNeitherWithTokensNorWithVocabulary(bool isBf16)
    {
        long Bytes(int vocabulary, int tokens)
        {
            TestBackend backend = isBf16 ? TestBackend.VirtualBf16 : TestBackend.VirtualF32;
            using Ops.Ops ops = HeadBackend.WithSizes(backend.Create(), new HeadSizes(BlockTokens: 16, TileRows: 512));
            HeadInputs inputs = HeadInputs.Random(15, vocabulary, 8, 31, [0, tokens]).HeldAs(ops.ActivationType);
            HeadRun.Of(ops, inputs with { Targets = [.. inputs.Targets.Select(Math.Abs)] }, weightGradient: true);
            return ops.WorkspaceBytes;
        }

        // Of 64 tokens, so that a library meets few shapes: logits 4 bytes each, and P 2 where it is not written over
        // them; x and o. In bf16 a tile of the fp32 weight, too.
        long tile = 64 * 512 * (isBf16 ? 6 : 4), rows = 64 * 8 * (isBf16 ? 6 : 8) + (isBf16 ? 512 * 8 * 2 : 0);
        foreach ((int vocabulary, int tokens) in ((int, int)[])[(600, 16), (1100, 40)])
            Assert.InRange(Bytes(vocabulary, tokens) - tile - rows, 1, 16 * 1024);
    }

    /// <summary>Rows behind a block's tokens change nothing: a library is asked for the same few products.</summary>
    [Fact]
    public void ALibrary_MeetsWholeBlocksOfTokens()
    {
        HeadInputs inputs = HeadInputs.Random(15, 200, 8, 5, [0, 21]).HeldAs(DType.BF16);
        using Ops.Ops own = TestBackend.VirtualBf16.Create();
        HeadRun expected = HeadRun.Of(own, inputs);
        var driver = new VirtualCudaDriver(process: new VirtualProcess());
        var library = new ExecutingCublasLt(driver);
        using Ops.Ops ops = CudaBackend.Create(driver, 0, KernelImages.Carried, DType.BF16, library);
        int before = library.Products.Count;
        HeadRun got = HeadRun.Of(ops, inputs);
        Assert.Equal([(200L, 64L), (200L, 64L), (8L, 64L)], library.Products[before..].Select(p => (p.M, p.N)));
        Compare.AssertRelativeL2("ce", Array.ConvertAll(got.Ce, x => (float)x), expected.Ce, 1e-6);
        Compare.AssertRelativeL2(
            "dx", got.DHidden, Array.ConvertAll(expected.DHidden, x => (double)x), 1e-5);
    }

    [Fact]
    public void Workspace_IsBelowHalfAGibibyte_At8192TokensOf4096AgainstQwensVocabulary()
    {
        using Ops.Ops ops = CudaBackend.Create(
            new PlanningDriver(GpuModel.All[0]), 0, KernelImages.Carried, DType.BF16);
        using Arena arena = ops.CreateArena("head");
        const int Tokens = 8192, Hidden = 4096, Vocabulary = 151_936, TopN = 31;
        Tensor New(string name, DType type, params int[] shape) => arena.Allocate(name, type, shape);
        Tensor hidden = New("hidden", DType.BF16, Tokens, Hidden), weight = New("w", DType.BF16, Vocabulary, Hidden);
        var targets = new HeadTargets(
            New("targets", DType.I32, Tokens), New("a", DType.F32, Tokens), New("b", DType.F32, Tokens));
        var reference = new BaseDistribution(
            New("ids", DType.I32, Tokens, TopN), New("logits", DType.F64, Tokens, TopN), New("lse", DType.F64, Tokens),
            New("tail", DType.F64, Tokens));
        HeadResult result = HeadResult.Allocate(name => New(name, DType.F64, Tokens));
        var layout = new SequenceLayout(
            [0, Tokens], [0, Tokens], New("positions", DType.I32, Tokens), New("keys", DType.I64, Tokens));
        ops.BaseTopN(hidden, weight, targets, reference);
        ops.MolHead(
            hidden, weight, targets, reference, layout, result, New("dx", DType.F32, Tokens, Hidden),
            New("dw", DType.F32, Vocabulary, Hidden));
        Assert.InRange(ops.WorkspaceBytes, 250L << 20, 320L << 20);
    }

    /// <summary>The window as it is used, over a real vocabulary: 19 tiles, the last of 4,213 rows.</summary>
    [Fact]
    public void ARealVocabulary_InBf16_AgreesWithFloat64()
    {
        HeadInputs inputs = HeadInputs.Random(30, 151_669, 16, 31, [0, 5], bf16: true).HeldAs(DType.BF16);
        using Ops.Ops ops = TestBackend.VirtualBf16.Create();
        HeadRun got = HeadRun.Of(ops, inputs);
        foreach (int t in Enumerable.Range(0, inputs.Tokens).Where(t => inputs.Targets[t] >= 0))
        {
            var truth = new HeadTruth(inputs, t);
            Assert.Equal(truth.TopIds, got.TopIds[(t * 31)..((t + 1) * 31)]);
            Compare.AssertAbsolute($"base lse of token {t}", got.BaseLse[t], truth.BaseLse, 1e-6);
            Compare.AssertAbsolute($"base tail of token {t}", got.BaseTail[t], truth.BaseTail, 1e-6);
            Compare.AssertAbsolute($"tail of token {t}", got.TailLogP[t], truth.TailLogP, 1e-6);
            HeadTolerances.Ce($"CE of token {t}", got.Ce[t], truth.Ce, truth.Largest);
            HeadTolerances.Kl($"KL of token {t}", got.Kl[t], truth.Kl);
            Compare.AssertRelativeL2(
                $"dX of token {t}", got.DHidden[(t * 16)..((t + 1) * 16)], truth.HiddenGradient(), 2e-3);
        }
    }

    /// <summary>
    /// Hidden states and P in bf16 against the truth of the same hidden states: what the split into a tail and an exact
    /// set is for.
    /// </summary>
    [Fact]
    public void OfTheReferencesGradients_TheMedianErrorInBf16_IsBelow5EMinus5()
    {
        var file = new ReferenceTensors(Shared.ReferencePath("cases", "head.safetensors"));
        HeadInputs inputs = HeadReference.Inputs(file).HeldAs(DType.BF16);
        using Ops.Ops ops = TestBackend.VirtualBf16.Create();
        HeadRun got = HeadRun.Of(ops, inputs);
        var errors = new List<double>();
        for (int t = 0; t < inputs.Tokens; t++)
        {
            var truth = new HeadTruth(inputs, t);
            HeadTolerances.Ce($"CE of token {t}", got.Ce[t], truth.Ce, truth.Lse);
            HeadTolerances.Kl($"KL of token {t}", got.Kl[t], truth.Kl);
            double[] dx = truth.HiddenGradient();
            double size = Math.Sqrt(dx.Sum(d => d * d));
            double error = Math.Sqrt(dx.Select((d, h) => Math.Pow(got.DHidden[(t * dx.Length) + h] - d, 2)).Sum());
            if (size > 1e-12)
                errors.Add(error / size);
        }

        errors.Sort();
        Assert.InRange(errors.Count, 45, 50);
        Assert.InRange(errors[errors.Count / 2], 1e-6, 5e-5);
        Assert.InRange(errors[^1], 1e-5, 1e-3);
    }

    /// <summary>Products of tensor cores and approximate instructions may be off by what is documented.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void WhatHardwareLeavesOpen_DoesNotShow(ulong perturbation)
    {
        HeadInputs inputs = HeadInputs.Random(31, 2100, 40, 31, [0, 12]).HeldAs(DType.BF16);
        using Ops.Ops exact = HeadBackend.Create(TestBackend.VirtualBf16);
        using Ops.Ops perturbed = HeadBackend.Create(TestBackend.VirtualBf16, 0, perturbation);
        HeadRun a = HeadRun.Of(exact, inputs, weightGradient: true);
        HeadRun b = HeadRun.Of(perturbed, inputs, weightGradient: true);
        Assert.NotEqual(a.Lse, b.Lse);
        Assert.Equal(a.TopIds, b.TopIds);
        Assert.Equal(a.TopLogits, b.TopLogits);
        for (int t = 0; t < inputs.Tokens; t++)
        {
            HeadTolerances.Ce($"CE of token {t}", b.Ce[t], a.Ce[t], a.Lse[t]);
            HeadTolerances.Kl($"KL of token {t}", b.Kl[t], a.Kl[t]);
        }

        Compare.AssertRelativeL2("dX", b.DHidden, Array.ConvertAll(a.DHidden, x => (double)x), 1e-3);
        Compare.AssertRelativeL2("dW", b.DWeight, Array.ConvertAll(a.DWeight, x => (double)x), 1e-3);
    }

    /// <summary>
    /// Hidden states in fp32 over bf16 products: the logits that decide a divergence are not rounded.
    /// </summary>
    [Fact]
    public void Logits_of_the_top_n_are_those_of_fp32_hidden_states_in_bf16_too()
    {
        HeadInputs inputs = HeadInputs.Random(31, 1187, 19, 5, [0, 5, 11], bf16: true);
        using Ops.Ops ops = HeadBackend.Create(TestBackend.VirtualBf16);
        HeadRun got = HeadRun.Of(ops, inputs, single: true);
        int checkedTokens = 0;
        foreach (int t in Enumerable.Range(0, inputs.Tokens).Where(t => inputs.Targets[t] >= 0))
        {
            var truth = new HeadTruth(inputs, t);
            Compare.AssertAbsolute($"CE of token {t}", got.Ce[t], truth.Ce, 2e-3 * (1 + truth.Largest));
            if (!truth.TopIds.SequenceEqual(got.TopIds[(t * 5)..((t + 1) * 5)]))
                continue;
            checkedTokens++;
            for (int i = 0; i < 5; i++)
            {
                double logit = truth.TopLogits[i];
                Compare.AssertAbsolute(
                    $"logit {i} of token {t}", got.TopLogits[(t * 5) + i], logit, 1e-12 * Math.Abs(logit));
            }
        }

        Assert.InRange(checkedTokens, 8, inputs.Tokens);
    }
}
