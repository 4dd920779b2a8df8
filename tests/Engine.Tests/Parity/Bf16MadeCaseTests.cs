using MolEngine.Engine.Batches;
using MolEngine.Kernels.Tensors;
using MolEngine.Oracle;
using MolEngine.Support;
using Xunit.Sdk;

namespace MolEngine.Engine.Tests.Parity;

/// <summary>
/// bf16 activations on cases made on the spot: within what rounding to bf16 makes of each, and outside of it with a
/// fault. Needs no shared material.
/// </summary>
public sealed class Bf16MadeCaseTests
{
    private const string Llama3 = """
        {"rope_type": "llama3", "factor": 8.0, "original_max_position_embeddings": 64, "low_freq_factor": 1.0,
         "high_freq_factor": 4.0}
        """;

    private static readonly MadeShape[] Shapes =
    [
        new("qwen3", 977, 72, 200, 3, 6, 3, 16, false, DType.F32),
        new("qwen2", 811, 60, 148, 3, 3, 3, 20, true, DType.BF16),
        new("llama", 513, 56, 144, 3, 7, 1, 8, true, DType.F32, Llama3),
    ];

    public static TheoryData<string> Types => ["qwen3", "qwen2", "llama"];

    [Theory]
    [MemberData(nameof(Types))]
    public void Loss_and_gradients_are_within_what_rounding_makes_of_them(string type)
    {
        using var folder = new TemporaryFolder();
        using ReferenceCase c = Open(folder, type, 1);
        foreach ((Bf16Outcome got, Bf16Truth truth) in Outcomes(c, 2))
            truth.Check(got);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void They_are_on_the_cpu(string type)
    {
        using var folder = new TemporaryFolder();
        using ReferenceCase c = Open(folder, type, 1, TestBackend.CpuBf16);
        foreach ((Bf16Outcome got, Bf16Truth truth) in Outcomes(c, 2))
            truth.Check(got);
    }

    /// <summary>Errors of tensor cores' sums, which have one sign, are far below those of rounding to bf16.</summary>
    [Fact]
    public void They_are_where_tensor_cores_cut_sums_off()
    {
        using var folder = new TemporaryFolder();
        using ReferenceCase c = Open(folder, "qwen3", 1, TestBackend.TruncatingBf16Model);
        foreach ((Bf16Outcome got, Bf16Truth truth) in Outcomes(c, 2))
            truth.Check(got);
    }

    [Fact]
    public void Faults_are_outside()
    {
        using var folder = new TemporaryFolder();
        using ReferenceCase c = Open(folder, "qwen2", 3);
        foreach ((Bf16Outcome got, Bf16Truth truth) in Outcomes(c, 4))
        {
            truth.Check(got);
            void Refused(Bf16Outcome fault) => Assert.ThrowsAny<XunitException>(() => truth.Check(fault));
            foreach (string tensor in got.Gradients.Keys)
            {
                double[] g = got.Gradients[tensor];
                void RefusedWith(double[] changed) => Refused(
                    got with { Gradients = new Dictionary<string, double[]>(got.Gradients) { [tensor] = changed } });
                RefusedWith(new double[g.Length]);
                RefusedWith(Array.ConvertAll(g, x => -x));
                RefusedWith([.. g[1..], g[0]]);
            }

            // One bit less, everywhere; a loss that is off by half a percent.
            OracleLoss coarse = truth.Task.Run(new Bf16Rounding(bits: Bf16Rounding.Bits - 1)).Loss;
            Refused(got with { Gradients = coarse.Gradients });
            Refused(got with { Loss = 1.005 * got.Loss });
            if (truth.Run.ReferenceLogits is not { } logits)
                continue;
            // The largest logit passed over; the last id far from the border.
            Refused(got with { Top = Ranks(c, logits, Enumerable.Range(1, Bf16Outcome.TopN)) });
            Refused(got with { Top = Ranks(c, logits, [.. Enumerable.Range(0, Bf16Outcome.TopN - 1), 200]) });
        }
    }

    private static ReferenceCase Open(
        TemporaryFolder folder, string type, ulong seed, TestBackend? backend = null) => MadeCase.Open(
        folder, Shapes.Single(s => s.Type == type), seed, backend ?? TestBackend.VirtualBf16Model);

    private static IEnumerable<(Bf16Outcome Got, Bf16Truth Truth)> Outcomes(ReferenceCase c, ulong seed)
    {
        TokenRow[] packed = MadeCase.Rows(c.Config, seed, [17, 20, 11], [30, 1, 12]);
        Bf16Outcome crossEntropy = Bf16Outcome.CrossEntropy(c, packed);
        yield return (crossEntropy, Bf16Truth.Of(c, packed, crossEntropy));
        TokenRow[] rows = MadeCase.Rows(c.Config, seed + 1, [20, 28], [48], [9, 9, 30], [40]);
        Bf16Outcome mixture = Bf16Outcome.Mixture(c, rows);
        yield return (mixture, Bf16Truth.Of(c, rows, mixture));
    }

    /// <summary>Of every token the ids of these ranks.</summary>
    private static int[] Ranks(ReferenceCase c, double[] logits, IEnumerable<int> ranks) =>
    [
        .. logits.Chunk(c.Config.VocabSize).SelectMany(z =>
        {
            int[] order = [.. Enumerable.Range(0, z.Length).OrderByDescending(id => z[id])];
            return ranks.Select(r => order[r]);
        }),
    ];
}
