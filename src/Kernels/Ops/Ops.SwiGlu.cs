using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Ops;

public abstract partial class Ops
{
    /// <summary>
    /// y = silu(gate) * up = gate / (1 + exp(-gate)) * up, elementwise, activation [T, F]. y may be gate or up itself.
    /// </summary>
    public void SwiGlu(Tensor gate, Tensor up, Tensor y)
    {
        CheckSwiGlu(nameof(SwiGlu), gate, up, y, y);
        CheckInPlace(nameof(SwiGlu), y, gate, up);
        SwiGluCore(gate, up, y);
    }

    /// <summary>
    /// Gradients of gate and up from dy, and y = silu(gate) * up once more, with the bits of <see cref="SwiGlu"/>. Each
    /// output may be any of the inputs itself.
    /// </summary>
    public void SwiGluBackward(Tensor dy, Tensor gate, Tensor up, Tensor dGate, Tensor dUp, Tensor y)
    {
        CheckSwiGlu(nameof(SwiGluBackward), gate, up, dGate, dUp);
        CheckSwiGlu(nameof(SwiGluBackward), gate, up, dy, y);
        CheckOutputs(nameof(SwiGluBackward), [dGate, dUp, y], []);
        CheckInPlace(nameof(SwiGluBackward), dGate, gate, up, dy);
        CheckInPlace(nameof(SwiGluBackward), dUp, gate, up, dy);
        CheckInPlace(nameof(SwiGluBackward), y, gate, up, dy);
        SwiGluBackwardCore(dy, gate, up, dGate, dUp, y);
    }

    protected abstract void SwiGluCore(Tensor gate, Tensor up, Tensor y);

    protected abstract void SwiGluBackwardCore(
        Tensor dy, Tensor gate, Tensor up, Tensor dGate, Tensor dUp, Tensor y);

    private void CheckSwiGlu(string op, Tensor gate, Tensor up, Tensor a, Tensor b)
    {
        foreach (Tensor x in (ReadOnlySpan<Tensor>)[gate, up, a, b])
        {
            Require.Type(op, x.Name, x, ActivationType);
            Require.Count(op, x.Name, x, gate.Count);
        }
    }

    private static void CheckInPlace(string op, Tensor output, params ReadOnlySpan<Tensor> inputs)
    {
        foreach (Tensor input in inputs)
            Require.SameOrDistinct(op, output, input);
    }
}
