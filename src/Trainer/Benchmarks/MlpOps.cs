using MolEngine.Kernels.Tensors;

namespace MolEngine.Trainer.Benchmarks;

/// <summary>SwiGLU between the layers of the MLP; its gradients take the place of what it had.</summary>
internal static class MlpOps
{
    public static IEnumerable<BenchCase> Of(BenchInputs i)
    {
        int width = i.Model.Intermediate;
        Tensor both = i.Activations("gate, up", 2 * width);
        Tensor gate = both.Columns(0, width), up = both.Columns(width, width);
        Tensor y = i.Activations("y", width), dy = i.Activations("dy", width);
        string shape = $"{i.Tokens} x {width}";
        yield return new BenchCase("SwiGlu", shape, () => i.Ops.SwiGlu(gate, up, y));
        yield return new BenchCase("SwiGluBackward", shape, () => i.Ops.SwiGluBackward(dy, gate, up, gate, up, dy))
        {
            Bytes = new Dictionary<string, long> { ["swiglu_backward"] = 6 * gate.Bytes },
        };
    }
}
