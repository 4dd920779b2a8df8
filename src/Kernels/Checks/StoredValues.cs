using MolEngine.Basics.Numerics;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Checks;

/// <summary>Values of a check as a device has them: fp32, or rounded to bf16.</summary>
internal static class StoredValues
{
    /// <summary>What of values is left in a type.</summary>
    public static float[] Held(float[] values, DType type) =>
        type == DType.BF16 ? Array.ConvertAll(values, x => Bf16.Widen(Bf16.Round(x))) : values;

    public static DeviceMemory Input(KernelCase one, string name, float[] values, DType type) => type == DType.BF16
        ? one.Input<ushort>(name, Array.ConvertAll(values, Bf16.Round))
        : one.Input<float>(name, values);

    public static DeviceMemory Output(KernelCase one, string name, int count, DType type) =>
        type == DType.BF16 ? one.Output<ushort>(name, count) : one.Output<float>(name, count);

    /// <param name="tolerance">Relative, of every element, in fp32: before it is rounded to bf16.</param>
    public static void Expect(KernelCase one, DeviceMemory memory, double[] truth, DType type, double tolerance)
    {
        if (type == DType.BF16)
            one.ExpectRounded(memory, truth, tolerance);
        else
            one.Expect<float>(memory, Array.ConvertAll(truth, x => (float)x), Tolerance.Within(tolerance));
    }

    /// <summary>Uniform in [from, to).</summary>
    public static float[] Between(int count, ulong key, float from, float to, DType type = DType.F32) => Held(
        Array.ConvertAll(CheckValues.Uniform(count, key, (to - from) / 2), x => x + ((from + to) / 2)), type);
}
