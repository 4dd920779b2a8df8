using MolEngine.Kernels.Cuda.Gemm;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cuda;

/// <summary>Layers of one input whose tensors are neighbours, as one layer.</summary>
internal sealed partial class CudaOps
{
    /// <summary>An adapter, or several with one above another in A and side by side in the hidden values.</summary>
    private readonly record struct Adapter(LoraWeights Lora, Tensor Hidden, Tensor? GradientOfA);

    /// <summary>
    /// The layers as one without adapters: weights and biases one above another, outputs side by side. Null where they
    /// do not lie so, or are to be rounded first; of a single layer, too.
    /// </summary>
    private LinearOutput? Joined(ReadOnlySpan<LinearOutput> outputs)
    {
        if (outputs.Length < 2 || outputs[0].Y.Type != ActivationType)
            return null;
        return Stacked(outputs, o => o.Weights.Weight) is { } weight
            && SideBySide(outputs, o => o.Y) is { } y
            && Stacked(outputs, o => o.Weights.Bias, out Tensor? bias)
            ? new LinearOutput(new LinearWeights(weight, bias), y)
            : null;
    }

    /// <summary>As <see cref="Joined"/>, with gradients one above another; null without any, too.</summary>
    private LinearOutput? JoinedGradients(ReadOnlySpan<LinearOutput> outputs) =>
        Joined(outputs) is { } all
        && Stacked(outputs, o => o.Gradients!.Weight, out Tensor? weight)
        && Stacked(outputs, o => o.Gradients!.Bias, out Tensor? bias)
        ? all with { Gradients = new LinearGradients(weight, bias) }
        : null;

    /// <summary>
    /// The layers' adapters, as one where their A, the gradients of these and the hidden values are neighbours, and
    /// nothing is dropped out (each would have a mask of its own).
    /// </summary>
    private static ReadOnlySpan<Adapter> Adapters(ReadOnlySpan<LinearOutput> outputs)
    {
        LinearOutput[] adapted = Adapted(outputs);
        Adapter[] each =
            [.. adapted.Select(o => new Adapter(o.Weights.Lora!, o.Hidden!, o.Gradients?.LoraA))];
        return JoinedAdapter(adapted) is { } all && Stacked(adapted, o => o.Gradients?.LoraA, out Tensor? dA)
            ? new[] { all with { GradientOfA = dA } }
            : each;
    }

    /// <summary>The term hidden B^T of layers that are joined; of none where they have no adapter.</summary>
    /// <returns>Whether there is a product for it: B one above another and blocks of whole tiles, in bf16.</returns>
    private bool JoinedTerm(ReadOnlySpan<LinearOutput> outputs, out GemmTerm? term)
    {
        term = null;
        LinearOutput[] adapted = Adapted(outputs);
        if (adapted.Length == 0)
            return true;
        if (!IsBf16 || adapted.Length < outputs.Length || adapted.Any(o => o.Weights.Lora!.B.Type != DType.BF16)
            || Stacked(outputs, o => o.Weights.Lora!.B) is not { } b
            || SideBySide(outputs, o => o.Hidden!) is not { } hidden)
        {
            return false;
        }

        var blocks = new int[outputs.Length - 1];
        for (int i = 0; i < blocks.Length; i++)
            blocks[i] = (i == 0 ? 0 : blocks[i - 1]) + outputs[i].Weights.Outputs;
        if (blocks.Length > 2 || blocks.Any(start => start % GemmBf16Shape.WideTile != 0))
            return false;
        term = new GemmTerm(b.Shape[1], GemmOperand.Of(hidden), GemmOperand.Of(b, true), blocks);
        return true;
    }

    /// <summary>The term dh A of layers that are joined; of none where they have no adapter.</summary>
    /// <returns>Whether there is a product for it.</returns>
    private bool JoinedGradientTerm(ReadOnlySpan<LinearOutput> outputs, out GemmTerm? term)
    {
        term = null;
        LinearOutput[] adapted = Adapted(outputs);
        if (adapted.Length == 0)
            return true;
        if (JoinedAdapter(adapted) is not { } all)
            return false;
        term = new GemmTerm(all.Lora.Rank, GemmOperand.Of(all.Hidden), Multiplied(all.Lora.A, "linear.a"));
        return true;
    }

    /// <summary>Adapters as one, without gradients; its B is that of the first.</summary>
    private static Adapter? JoinedAdapter(LinearOutput[] adapted) =>
        adapted.Length > 0
        && adapted.All(o => o.Weights.Lora!.Dropout == 0 && o.Weights.Lora.Scale == adapted[0].Weights.Lora!.Scale)
        && Stacked(adapted, o => o.Weights.Lora!.A) is { } a && SideBySide(adapted, o => o.Hidden!) is { } hidden
        ? new Adapter(adapted[0].Weights.Lora! with { A = a }, hidden, null)
        : null;

    private static LinearOutput[] Adapted(ReadOnlySpan<LinearOutput> outputs)
    {
        var adapted = new List<LinearOutput>(outputs.Length);
        foreach (LinearOutput one in outputs)
        {
            if (one.Weights.Lora is not null)
                adapted.Add(one);
        }

        return [.. adapted];
    }

    private static Tensor? Stacked(ReadOnlySpan<LinearOutput> outputs, Func<LinearOutput, Tensor> of) =>
        Tensor.Stacked(All(outputs, of));

    private static Tensor? SideBySide(ReadOnlySpan<LinearOutput> outputs, Func<LinearOutput, Tensor> of) =>
        Tensor.SideBySide(All(outputs, of));

    /// <param name="stacked">Null where none of the layers has such a tensor.</param>
    /// <returns>False where some have one, and they are no neighbours.</returns>
    private static bool Stacked(
        ReadOnlySpan<LinearOutput> outputs, Func<LinearOutput, Tensor?> of, out Tensor? stacked)
    {
        Tensor?[] parts = All(outputs, of);
        bool hasNone = parts.All(p => p is null);
        stacked = hasNone || parts.Contains(null) ? null : Tensor.Stacked(parts!);
        return hasNone || stacked is not null;
    }

    private static T[] All<T>(ReadOnlySpan<LinearOutput> outputs, Func<LinearOutput, T> of)
    {
        var parts = new T[outputs.Length];
        for (int i = 0; i < parts.Length; i++)
            parts[i] = of(outputs[i]);
        return parts;
    }
}
