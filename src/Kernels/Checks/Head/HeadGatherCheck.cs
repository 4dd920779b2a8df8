using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;

namespace MolEngine.Kernels.Checks.Head;

/// <summary>head_gather_f32 or head_gather_bf16 against a loop.</summary>
internal sealed class HeadGatherCheck(bool bf16)
    : KernelCheck("head", bf16 ? "head_gather_bf16" : "head_gather_f32", "equal bits")
{
    public override void Run(KernelTrial trial)
    {
        foreach (int count in trial.Counts)
        {
            int width = count == trial.Counts[^1] ? 4096 : count;
            int tokens = count == trial.Counts[^1] ? count / width : 3;
            trial.Case(count, c => Try(c, tokens, width));
        }

        trial.Case("5 of 4096", c => Try(c, 5, 4096));
    }

    private void Try(KernelCase one, int tokens, int width)
    {
        int[] places = HeadEmulation.Places(tokens);
        float[] values = CheckValues.AnyBits(2 * tokens * width, 50);
        if (bf16)
            Try<ushort>(one, Array.ConvertAll(values, v => (ushort)BitConverter.SingleToUInt32Bits(v)), places, width);
        else
            Try(one, values, places, width);
    }

    private static void Try<T>(KernelCase one, T[] values, int[] places, int width)
        where T : unmanaged
    {
        DeviceMemory hidden = one.Input<T>("hidden", values);
        DeviceMemory tokens = one.Input<int>("tokens", places);
        DeviceMemory x = one.Output<T>("x", places.Length * width);
        T[] expected = [.. places.SelectMany(p => values[(p * width)..((p + 1) * width)])];
        one.Launch(
            new LaunchShape(new Dim3((uint)places.Length), new Dim3(HeadEmulation.Threads)),
            2L * expected.Length * System.Runtime.CompilerServices.Unsafe.SizeOf<T>(),
            a => a.Add(hidden).Add(tokens).Add(x).Add(width));
        one.Expect<T>(x, expected, Tolerance.Bits);
    }
}
