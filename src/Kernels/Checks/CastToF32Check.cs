using MolEngine.Basics.Numerics;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;

namespace MolEngine.Kernels.Checks;

/// <summary>cast_bf16_f32 against a shift.</summary>
internal sealed class CastToF32Check() : KernelCheck("cast", "cast_bf16_f32", "equal bits")
{
    public override void Run(KernelTrial trial)
    {
        trial.Case("every bf16", c => Try(c, [.. Enumerable.Range(0, 1 << 16).Select(i => (ushort)i)]));
        foreach (int count in (int[])[0, .. trial.Counts])
        {
            var values = new ushort[count];
            for (int i = 0; i < count; i++)
                values[i] = (ushort)SplitMix64.At(2, (ulong)i);
            trial.Case(count, c => Try(c, values));
        }
    }

    private static void Try(KernelCase one, ushort[] values)
    {
        DeviceMemory source = one.Input<ushort>("source", values);
        DeviceMemory destination = one.Output<float>("destination", values.Length);
        one.Launch(
            LaunchShape.Covering(values.Length, CastToBf16Check.Threads, CastToBf16Check.PerThread),
            (long)CastToBf16Check.BytesPerElement * values.Length,
            a => a.Add(source).Add(destination).Add((long)values.Length));
        one.Expect<float>(
            destination, Array.ConvertAll(values, v => BitConverter.UInt32BitsToSingle((uint)v << 16)), Tolerance.Bits);
    }
}
