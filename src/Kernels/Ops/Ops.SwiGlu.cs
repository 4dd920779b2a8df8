using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Ops;

public abstract partial class Ops
{
    /// <summary>
    /// y = silu(gate) * up = gate / (1 + exp(-gate)) * up, elementwise, activation [T, F]. y may be gate or up itself.
    /// gate and up may be columns of one wider matrix, and y of another.
    /// </summary>
    public void SwiGlu(Tensor gate, Tensor up, Tensor y)
    {
        CheckSwiGlu(nameof(SwiGlu), gate, up, y);
        CheckInPlace(nameof(SwiGlu), y, gate, up);
        SwiGluCore(gate, up, y);
    }

    /// <summary>
    /// Gradients of gate and up from dy, and y = silu(gate) * up once more, with the bits of <see cref="SwiGlu"/>. Each
    /// output may be any of the inputs itself. gate and up may be columns of one wider matrix, and so may their
    /// gradients; y lies as dy does.
    /// </summary>
    public void SwiGluBackward(Tensor dy, Tensor gate, Tensor up, Tensor dGate, Tensor dUp, Tensor y)
    {
        CheckSwiGlu(nameof(SwiGluBackward), gate, up, dGate, dUp, dy, y);
        CheckAlike(nameof(SwiGluBackward), dGate, dUp);
        CheckAlike(nameof(SwiGluBackward), dy, y);
        CheckOutputs(nameof(SwiGluBackward), [dGate, dUp, y], []);
        CheckInPlace(nameof(SwiGluBackward), dGate, gate, up, dy);
        CheckInPlace(nameof(SwiGluBackward), dUp, gate, up, dy);
        CheckInPlace(nameof(SwiGluBackward), y, gate, up, dy);
        SwiGluBackwardCore(dy, gate, up, dGate, dUp, y);
    }

    protected abstract void SwiGluCore(Tensor gate, Tensor up, Tensor y);

    protected abstract void SwiGluBackwardCore(
        Tensor dy, Tensor gate, Tensor up, Tensor dGate, Tensor dUp, Tensor y);

    private void CheckSwiGlu(string op, Tensor gate, Tensor up, params ReadOnlySpan<Tensor> others)
    {
        foreach (Tensor x in (ReadOnlySpan<Tensor>)[gate, up, .. others])
        {
            Require.Type(op, x.Name, x, ActivationType);
            if (gate.IsDense && x.IsDense)
                Require.Count(op, x.Name, x, gate.Count);
            else
                Require.Columns(op, x.Name, x, ActivationType, gate.Shape[0], gate.Shape[1]);
        }

        CheckAlike(op, gate, up);
    }

    /// <summary>Both dense, or columns of matrices as wide as each other.</summary>
    private static void CheckAlike(string op, Tensor a, Tensor b)
    {
        if (!(a.IsDense && b.IsDense) && a.Stride != b.Stride)
        {
            throw new ArgumentException(
                $"{op}: {a.Name} and {b.Name}: expected rows as far apart as each other's, got {a.Stride} and "
                + $"{b.Stride}");
        }
    }

    private static void CheckInPlace(string op, Tensor output, params ReadOnlySpan<Tensor> inputs)
    {
        foreach (Tensor input in inputs)
            Require.SameOrDistinct(op, output, input);
    }
}
