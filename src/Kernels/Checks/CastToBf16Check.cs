using MolEngine.Basics.Numerics;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;

namespace MolEngine.Kernels.Checks;

/// <summary>cast_f32_bf16 against rounding by integers.</summary>
internal sealed class CastToBf16Check() : KernelCheck("cast", "cast_f32_bf16", "equal bits")
{
    internal const int Threads = 256, PerThread = 8, BytesPerElement = 6;

    /// <summary>Lower halves around which a rounding changes.</summary>
    private static readonly uint[] Lower = [0x0000, 0x7FFF, 0x8000, 0x8001];

    public override void Run(KernelTrial trial)
    {
        var every = new float[Lower.Length << 16];
        for (int i = 0; i < every.Length; i++)
            every[i] = BitConverter.UInt32BitsToSingle(((uint)i / 4 << 16) | Lower[i % 4]);
        trial.Case("every bf16 and what lies around it", c => Try(c, every));
        foreach (int count in (int[])[0, .. trial.Counts])
            trial.Case(count, c => Try(c, CheckValues.AnyBits(count, 1)));
    }

    private static void Try(KernelCase one, float[] values)
    {
        DeviceMemory source = one.Input<float>("source", values);
        DeviceMemory destination = one.Output<ushort>("destination", values.Length);
        one.Launch(
            LaunchShape.Covering(values.Length, Threads, PerThread), (long)BytesPerElement * values.Length,
            a => a.Add(source).Add(destination).Add((long)values.Length));
        one.Expect<ushort>(destination, Array.ConvertAll(values, Bf16.Round), Tolerance.Bits);
    }
}
