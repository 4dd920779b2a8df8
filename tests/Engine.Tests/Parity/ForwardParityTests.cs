using MolEngine.Engine.Batches;
using MolEngine.Engine.Models.Common;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;
using MolEngine.Support;

namespace MolEngine.Engine.Tests.Parity;

/// <summary>Hidden states and logits of every reference model.</summary>
public abstract class ForwardParityTests(TestBackend backend)
{
    public static TheoryData<string> Cases => [.. Shared.CasesWith("forward.safetensors")];

    public static TheoryData<string> FarCases => [.. Shared.CasesWith("forward_far.safetensors")];

    public static TheoryData<string> PackedCases => [.. Shared.CasesWith("packed_ce.safetensors")];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Residual_stream_final_hidden_and_logits_equal_the_reference(string name)
    {
        using var c = new ReferenceCase(name, backend);
        ReferenceTensors t = c.Tensors("forward");
        TokenRow[] rows = ReferenceCase.Rows(t);
        (Activations a, Tensor logits) = Forward(c, rows);
        for (int i = 0; i < c.Config.NumLayers; i++)
            Check(c, t, rows, $"hidden_{i}", a.Layers[i].Input);
        Check(c, t, rows, $"hidden_{c.Config.NumLayers}", a.Last);
        Check(c, t, rows, "final_hidden", a.Final);
        Check(c, t, rows, "logits", logits);
    }

    [Theory]
    [MemberData(nameof(FarCases))]
    public void Far_positions_equal_the_reference(string name)
    {
        using var c = new ReferenceCase(name, backend);
        ReferenceTensors t = c.Tensors("forward_far");
        TokenRow[] rows = ReferenceCase.Rows(t);
        Assert.True(rows[0].FirstPosition > 0);
        (Activations a, _) = Forward(c, rows);
        Check(c, t, rows, "final_hidden", a.Final);
    }

    [Theory]
    [MemberData(nameof(PackedCases))]
    public void Packed_documents_do_not_see_each_other(string name)
    {
        using var c = new ReferenceCase(name, backend);
        ReferenceTensors t = c.Tensors("packed_ce");
        if (!t.Has("logits"))
            return; // Long cases hold losses and gradients only, which LossParityTests reads.
        TokenRow[] rows = ReferenceCase.Rows(t);
        (_, Tensor logits) = Forward(c, rows);
        Check(c, t, rows, "logits", logits);
    }

    private static void Check(ReferenceCase c, ReferenceTensors t, TokenRow[] rows, string name, Tensor got) =>
        Compare.AssertRelativeL2(name, c.Values(got), ReferenceCase.Gather(t, name, rows), Tolerances.Hidden);

    private static (Activations Activations, Tensor Logits) Forward(ReferenceCase c, TokenRow[] rows)
    {
        int tokens = ReferenceCase.Tokens(rows);
        var transformer = new Transformer(
            c.Ops, c.Config, c.Arena, tokens, ReferenceCase.Positions(rows), backward: false);
        Activations a = Activations.Allocate(
            c.Arena, c.Config, c.Ops.ActivationType, tokens, Retention.All, (_, _) => 0);
        var batch = new TokenBatch(c.Ops, c.Arena, tokens);
        batch.Fill(rows, [.. rows.Select(_ => default(TokenWeights))]);
        Tensor final = transformer.Forward(c.Weights, batch.Ids, batch.Layout, a);
        Tensor logits = c.Arena.Allocate("logits", DType.F32, tokens, c.Config.VocabSize);
        c.Ops.Linear(final, new LinearWeights(c.Weights.Head), batch.Layout, logits, null);
        return (a, logits);
    }
}

public sealed class CpuForwardParityTests() : ForwardParityTests(TestBackend.Cpu);

public sealed class VirtualForwardParityTests() : ForwardParityTests(TestBackend.VirtualF32);
