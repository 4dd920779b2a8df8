using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Trainer.Benchmarks;

/// <summary>The linear layers of a layer: with an adapter over frozen weights, and trained whole.</summary>
internal static class LinearOps
{
    private const int Rank = 64;

    /// <param name="ToResidual">
    /// The gradient that comes is the residual stream's, fp32, and the one that goes an activation; elsewhere it is the
    /// other way round.
    /// </param>
    /// <param name="AddsInput">The gradient of the input is added to that of another layer.</param>
    private sealed record Projection(
        string Name, int Outputs, int Inputs, bool HasBias, bool ToResidual, bool AddsInput);

    public static IEnumerable<BenchCase> Of(BenchInputs inputs)
    {
        BenchModel m = inputs.Model;
        Projection[] all =
        [
            new("q_proj", m.Heads.QuerySize, m.Hidden, m.QkvBias, ToResidual: false, AddsInput: false),
            new("k_proj, v_proj", m.Heads.KeyValueSize, m.Hidden, m.QkvBias, ToResidual: false, AddsInput: true),
            new("o_proj", m.Hidden, m.Heads.QuerySize, HasBias: false, ToResidual: true, AddsInput: false),
            new("gate_proj, up_proj", m.Intermediate, m.Hidden, HasBias: false, ToResidual: false, AddsInput: true),
            new("down_proj", m.Hidden, m.Intermediate, HasBias: false, ToResidual: true, AddsInput: false),
        ];
        return all.SelectMany(p => Of(inputs, p));
    }

    private static IEnumerable<BenchCase> Of(BenchInputs inputs, Projection p)
    {
        // A projection's tensors go before the next one's come.
        using var i = new BenchInputs(inputs.Ops, inputs.Model, inputs.Tokens);
        Tensor x = i.Activations("x", p.Inputs), y = i.Activations("y", p.Outputs);
        Tensor weight = i.Random("weight", DType.BF16, p.Outputs, p.Inputs);
        Tensor? bias = p.HasBias ? i.Random("bias", DType.BF16, p.Outputs) : null;
        Tensor dy = p.ToResidual ? i.Singles("dy", p.Outputs) : i.Activations("dy", p.Outputs);
        Tensor dx = p.ToResidual ? i.Activations("dx", p.Inputs) : i.Singles("dx", p.Inputs);
        string shape = $"{i.Tokens} x {p.Inputs} x {p.Outputs}";
        foreach (BenchCase one in WithAdapter(i, p, x, y, weight, bias, dy, dx, shape))
            yield return one;
        foreach (BenchCase one in Whole(i, p, x, y, weight, bias, dy, dx, shape))
            yield return one;
    }

    private static IEnumerable<BenchCase> WithAdapter(
        BenchInputs i, Projection p, Tensor x, Tensor y, Tensor weight, Tensor? bias, Tensor dy, Tensor dx,
        string shape)
    {
        Tensor a = i.Random("lora A", DType.F32, Rank, p.Inputs), b = i.Random("lora B", DType.F32, p.Outputs, Rank);
        Tensor dA = i.Zeros("lora A gradient", DType.F32, Rank, p.Inputs);
        Tensor dB = i.Zeros("lora B gradient", DType.F32, p.Outputs, Rank);
        Tensor hidden = i.Activations("lora hidden", Rank);
        var weights = new LinearWeights(weight, bias, new LoraWeights(a, b, Scale: 1));
        yield return new BenchCase(
            $"Linear {p.Name}, LoRA", shape, () => i.Ops.Linear(x, weights, i.Layout, y, hidden));
        yield return new BenchCase(
            $"LinearBackward {p.Name}, LoRA", shape,
            () => i.Ops.LinearBackward(
                dy, x, weights, i.Layout, hidden, new LinearGradients(LoraA: dA, LoraB: dB), dx, p.AddsInput))
        {
            Adds = (m, n, k) => (m, n, k) == (p.Outputs, Rank, i.Tokens) || (m, n, k) == (Rank, p.Inputs, i.Tokens)
                || (p.AddsInput && (m, n, k) == (i.Tokens, p.Inputs, p.Outputs)),
        };
    }

    private static IEnumerable<BenchCase> Whole(
        BenchInputs i, Projection p, Tensor x, Tensor y, Tensor weight, Tensor? bias, Tensor dy, Tensor dx,
        string shape)
    {
        Tensor dWeight = i.Zeros("weight gradient", DType.F32, p.Outputs, p.Inputs);
        Tensor? dBias = bias is null ? null : i.Zeros("bias gradient", DType.F32, p.Outputs);
        long partial = i.Chunks * p.Outputs * 4;
        var weights = new LinearWeights(weight, bias);
        yield return new BenchCase($"Linear {p.Name}", shape, () => i.Ops.Linear(x, weights, i.Layout, y, null));
        yield return new BenchCase(
            $"LinearBackward {p.Name}, full", shape,
            () => i.Ops.LinearBackward(
                dy, x, weights, i.Layout, null, new LinearGradients(dWeight, dBias), dx, p.AddsInput))
        {
            Adds = (m, n, k) => (m, n, k) == (p.Outputs, p.Inputs, i.Tokens)
                || (p.AddsInput && (m, n, k) == (i.Tokens, p.Inputs, p.Outputs)),
            Bytes = new Dictionary<string, long>
            {
                ["linear_token_sums"] = dy.Bytes + partial,
                ["add_rows"] = partial + (8 * p.Outputs),
            },
        };
    }
}
