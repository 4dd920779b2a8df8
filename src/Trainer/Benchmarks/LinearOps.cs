using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Trainer.Benchmarks;

/// <summary>
/// The linear layers of a layer, those of one input together: with adapters over frozen weights, and trained whole.
/// </summary>
internal static class LinearOps
{
    private const int Rank = 64;

    /// <param name="Outputs">Of each layer.</param>
    /// <param name="ToResidual">
    /// The gradient that comes is the residual stream's, fp32, and the one that goes an activation; elsewhere it is the
    /// other way round.
    /// </param>
    private sealed record Projection(string Name, int[] Outputs, int Inputs, bool HasBias, bool ToResidual)
    {
        public int AllOutputs => Outputs.Sum();
    }

    public static IEnumerable<BenchCase> Of(BenchInputs inputs)
    {
        BenchModel m = inputs.Model;
        int kv = m.Heads.KeyValueSize;
        Projection[] all =
        [
            new("q_proj, k_proj, v_proj", [m.Heads.QuerySize, kv, kv], m.Hidden, m.QkvBias, ToResidual: false),
            new("o_proj", [m.Hidden], m.Heads.QuerySize, HasBias: false, ToResidual: true),
            new("gate_proj, up_proj", [m.Intermediate, m.Intermediate], m.Hidden, HasBias: false, ToResidual: false),
            new("down_proj", [m.Hidden], m.Intermediate, HasBias: false, ToResidual: true),
        ];
        return all.SelectMany(p => Of(inputs, p));
    }

    private static IEnumerable<BenchCase> Of(BenchInputs inputs, Projection p)
    {
        // A projection's tensors go before the next one's come.
        using var i = new BenchInputs(inputs.Ops, inputs.Model, inputs.Tokens);
        Tensor x = i.Activations("x", p.Inputs), y = i.Activations("y", p.AllOutputs);
        Tensor weight = i.Random("weight", DType.BF16, p.AllOutputs, p.Inputs);
        Tensor? bias = p.HasBias ? i.Random("bias", DType.BF16, p.AllOutputs) : null;
        Tensor dy = p.ToResidual ? i.Singles("dy", p.AllOutputs) : i.Activations("dy", p.AllOutputs);
        Tensor dx = p.ToResidual ? i.Activations("dx", p.Inputs) : i.Singles("dx", p.Inputs);
        LinearWeights[] weights = [.. Parts(p, weight.Slice, bias is null ? null : bias.Slice)];
        foreach (BenchCase one in WithAdapter(i, p, x, y, weights, dy, dx))
            yield return one;
        foreach (BenchCase one in Whole(i, p, x, y, weights, dy, dx))
            yield return one;
    }

    private static IEnumerable<LinearWeights> Parts(
        Projection p, Func<int, int, Tensor> weight, Func<int, int, Tensor>? bias)
    {
        for (int part = 0, first = 0; part < p.Outputs.Length; first += p.Outputs[part++])
            yield return new LinearWeights(weight(first, p.Outputs[part]), bias?.Invoke(first, p.Outputs[part]));
    }

    private static IEnumerable<BenchCase> WithAdapter(
        BenchInputs i, Projection p, Tensor x, Tensor y, LinearWeights[] weights, Tensor dy, Tensor dx)
    {
        int parts = weights.Length;
        Tensor a = i.Random("lora A", i.Activation, Rank * parts, p.Inputs);
        Tensor b = i.Random("lora B", i.Activation, p.AllOutputs, Rank);
        Tensor dA = i.Zeros("lora A gradient", DType.F32, Rank * parts, p.Inputs);
        Tensor dB = i.Zeros("lora B gradient", DType.F32, p.AllOutputs, Rank);
        Tensor hidden = i.Activations("lora hidden", Rank * parts);
        LinearOutput[] Outputs(Tensor of)
        {
            var outputs = new LinearOutput[parts];
            for (int part = 0, first = 0; part < parts; first += p.Outputs[part++])
            {
                int own = Rank * part, count = p.Outputs[part];
                var lora = new LoraWeights(a.Slice(own, Rank), b.Slice(first, count), Scale: 1);
                outputs[part] = new LinearOutput(
                    weights[part] with { Lora = lora }, of.Columns(first, count), hidden.Columns(own, Rank),
                    new LinearGradients(LoraA: dA.Slice(own, Rank), LoraB: dB.Slice(first, count)));
            }

            return outputs;
        }

        LinearOutput[] forth = Outputs(y), back = Outputs(dy);
        yield return new BenchCase(
            $"Linear {p.Name}, LoRA", Shape(i, p), () => i.Ops.Linear(x, forth, i.Layout));
        yield return new BenchCase($"LinearBackward {p.Name}, LoRA", Shape(i, p), () => Backward(i, x, back, dx))
        {
            Adds = (m, n, k) => k == i.Tokens
                && ((n == Rank && p.Outputs.Contains(m)) || (m == Rank * parts && n == p.Inputs)),
        };
    }

    private static IEnumerable<BenchCase> Whole(
        BenchInputs i, Projection p, Tensor x, Tensor y, LinearWeights[] weights, Tensor dy, Tensor dx)
    {
        Tensor dWeight = i.Zeros("weight gradient", DType.F32, p.AllOutputs, p.Inputs);
        Tensor? dBias = p.HasBias ? i.Zeros("bias gradient", DType.F32, p.AllOutputs) : null;
        long partial = i.Chunks * p.AllOutputs * 4;
        LinearWeights[] gradients = [.. Parts(p, dWeight.Slice, dBias is null ? null : dBias.Slice)];
        LinearOutput[] Outputs(Tensor of)
        {
            var outputs = new LinearOutput[weights.Length];
            for (int part = 0, first = 0; part < weights.Length; first += p.Outputs[part++])
            {
                outputs[part] = new LinearOutput(
                    weights[part], of.Columns(first, p.Outputs[part]), null,
                    new LinearGradients(gradients[part].Weight, gradients[part].Bias));
            }

            return outputs;
        }

        LinearOutput[] forth = Outputs(y), back = Outputs(dy);
        yield return new BenchCase($"Linear {p.Name}", Shape(i, p), () => i.Ops.Linear(x, forth, i.Layout));
        yield return new BenchCase($"LinearBackward {p.Name}, full", Shape(i, p), () => Backward(i, x, back, dx))
        {
            Adds = (m, n, k) => (m, n, k) == (p.AllOutputs, p.Inputs, i.Tokens),
            Bytes = new Dictionary<string, long>
            {
                ["linear_token_sums"] = dy.Bytes + partial,
                ["add_rows"] = partial + (8 * p.AllOutputs),
            },
        };
    }

    private static void Backward(BenchInputs i, Tensor x, LinearOutput[] outputs, Tensor dx)
    {
        i.Ops.LinearInputBackward(outputs, i.Layout, dx, accumulateDx: false);
        i.Ops.LinearWeightBackward(x, outputs, i.Layout);
    }

    private static string Shape(BenchInputs i, Projection p) =>
        $"{i.Tokens} x {p.Inputs} x {string.Join(" + ", p.Outputs)}";
}
