using MolEngine.Engine.Generation;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Tests.Training;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Generation;

/// <summary>The CUDA backend on the virtual GPU: rows together against rows alone, and against the CPU.</summary>
public sealed class VirtualGpuBatchTests
{
    private static readonly (int Length, int Tokens)[] Requests = [(3, 5), (70, 3), (12, 4), (70, 2)];

    [Fact]
    public void Tokens_are_those_of_the_cpu_and_of_a_row_alone()
    {
        using var model = new TinyModel("qwen3");
        List<GeneratedToken>[] cpu = Run(model, model.Ops, model.Weights, 4, false);
        using Device gpu = new(model, TestBackend.VirtualF32);
        AssertSame(cpu, Run(model, gpu.Ops, gpu.Weights, 4, false));
        AssertSame(cpu, Run(model, gpu.Ops, gpu.Weights, 1, false));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Deterministic_rows_have_the_same_bits_together_and_alone(bool isBf16)
    {
        using var model = new TinyModel("llama");
        using Device gpu = new(model, isBf16 ? TestBackend.VirtualBf16Model : TestBackend.VirtualModel);
        List<GeneratedToken>[] together = Run(model, gpu.Ops, gpu.Weights, 4, true);
        List<GeneratedToken>[] alone = Run(model, gpu.Ops, gpu.Weights, 1, true);
        for (int i = 0; i < together.Length; i++)
            Assert.Equal(alone[i].Select(t => (t.Id, t.LogProb)), together[i].Select(t => (t.Id, t.LogProb)));
    }

    /// <summary>The tokens of each request.</summary>
    private static List<GeneratedToken>[] Run(
        TinyModel model, Ops ops, TransformerWeights weights, int rows, bool deterministic)
    {
        using var batch = new GenerationBatch(
            ops, model.Config, weights, rows, 384, deterministic: deterministic, sharesPrefixes: rows > 1);
        GenerationRow[] asked =
        [
            .. Requests.Select((r, i) => batch.Add(new GenerationRequest(
                model.Rows(r.Length, [r.Length])[0].Tokens.ToArray(), r.Tokens) { TopLogProbs = 2 })),
        ];
        var got = asked.ToDictionary(r => r, _ => new List<GeneratedToken>());
        while (!batch.IsIdle)
        {
            foreach (GeneratedToken token in batch.Step())
                got[token.Row].Add(token);
        }

        return [.. asked.Select(r => got[r])];
    }

    /// <summary>The same tokens, up to one whose two best candidates are closer than 1e-4.</summary>
    private static void AssertSame(List<GeneratedToken>[] expected, List<GeneratedToken>[] got)
    {
        int compared = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            for (int t = 0; t < expected[i].Count; t++)
            {
                IReadOnlyList<TokenLogProb> top = expected[i][t].Top;
                if (top[0].LogProb - top[1].LogProb < 1e-4)
                    break;
                Assert.Equal(expected[i][t].Id, got[i][t].Id);
                Assert.InRange(got[i][t].LogProb!.Value - expected[i][t].LogProb!.Value, -1e-4, 1e-4);
                compared++;
            }
        }

        Assert.InRange(compared, 10, 14);
    }

    private sealed class Device : IDisposable
    {
        private readonly Arena _arena;

        public Device(TinyModel model, TestBackend backend)
        {
            Ops = backend.Create();
            _arena = Ops.CreateArena("weights");
            Weights = TransformerWeights.From(model.Config, n => Ops.Adopt(model.Tensors[n], _arena));
        }

        public Ops Ops { get; }

        public TransformerWeights Weights { get; }

        public void Dispose()
        {
            _arena.Dispose();
            Ops.Dispose();
        }
    }
}
