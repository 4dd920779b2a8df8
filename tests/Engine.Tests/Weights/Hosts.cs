using MolEngine.Basics.Numerics;
using MolEngine.Engine.Weights;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Tests.Weights;

/// <summary>Host tensors for tests.</summary>
internal static class Hosts
{
    public static Tensor Tensor(string name, DType type, int[] shape, params double[] values)
    {
        Tensor tensor = new HostArena(name).Allocate(name, type, shape);
        if (values.Length > 0)
            Conversions.Narrow(values, type, Conversions.Bytes(tensor, 0, values.Length));
        return tensor;
    }

    public static double[] Values(Tensor tensor)
    {
        var values = new double[tensor.Count];
        for (int i = 0; i < values.Length; i++)
            values[i] = Conversions.Element(tensor, i);
        return values;
    }

    /// <summary>Different numbers in every place, exact in bfloat16.</summary>
    public static double[] Numbers(int count, int seed)
    {
        var random = new Random(seed);
        var values = new double[count];
        for (int i = 0; i < count; i++)
            values[i] = Bf16.Widen(Bf16.Round(random.NextDouble() - 0.5));
        return values;
    }
}
