using MolEngine.Engine.Batches;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Parity;

/// <summary>
/// bf16 activations on the reference cases, held to what rounding to bf16 makes of each case
/// (<see cref="Bf16Bounds"/>). The truth is that of the top-n sets that were taken, and the sets are
/// checked by themselves: these random models have logits so close around the 31st that rounding changes the set of a
/// third of all tokens, and one token with a large probability that goes in or out, by a gap of a hundredth in its
/// logit, moves every gradient of its case threefold. What is left when the sets are given is rounding alone.
/// </summary>
public sealed class Bf16MixtureParityTests
{
    public static TheoryData<string> Cases => [.. Shared.CasesWith("bf16.json")];

    public static TheoryData<string> FirstCase => [.. Shared.CasesWith("bf16.json").Take(1)];

    /// <summary>
    /// PyTorch's figures hold its own changes of the sets, which ours do not: rounding alone is the bound here.
    /// </summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Mixture_of_losses_of_an_adapter_is_within_what_rounding_makes_of_it(string name) =>
        Check(name, TestBackend.VirtualBf16Model);

    /// <summary>Only what products take is rounded there.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void It_is_on_the_cpu(string name)
    {
        Check(name, TestBackend.CpuBf16);
        Check(name, TestBackend.Vector256Bf16);
    }

    /// <summary>Sums of tensor cores cut off, as on hardware: the first case stands for all.</summary>
    [Theory]
    [MemberData(nameof(FirstCase))]
    public void It_is_where_tensor_cores_cut_sums_off(string name) => Check(name, TestBackend.TruncatingBf16Model);

    private static void Check(string name, TestBackend backend)
    {
        using var c = new ReferenceCase(name, backend);
        TokenRow[] rows = ReferenceCase.Rows(c.Tensors("mol_lora"));
        Bf16Outcome got = Bf16Outcome.Mixture(c, rows);
        Bf16Truth.Of(c, rows, got).Check(got);
    }
}
