using System.Runtime.CompilerServices;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;

namespace MolEngine.Kernels.Checks;

/// <summary>cast_f16_f32 and cast_f64_f32 against the host's conversions.</summary>
/// <param name="values">As many of the type as asked for.</param>
/// <param name="convert">What each becomes.</param>
internal sealed class CastWideCheck<T>(string kernel, Func<int, T[]> values, Func<T, float> convert)
    : KernelCheck("cast", kernel, "equal bits, any NaN")
    where T : unmanaged
{
    public override void Run(KernelTrial trial)
    {
        foreach (int count in (int[])[0, .. trial.Counts])
            trial.Case(count, c => Try(c, count, 0));
        trial.Case("4099, not aligned", c => Try(c, 4099, 1));
    }

    private void Try(KernelCase one, int count, int offset)
    {
        T[] all = values(count + offset);
        DeviceMemory source = one.Input<T>("source", all);
        DeviceMemory destination = one.Output<float>("destination", count);
        ulong start = (ulong)(offset * Unsafe.SizeOf<T>());
        one.Launch(
            LaunchShape.Covering(count, CastToBf16Check.Threads, CastToBf16Check.PerThread),
            (long)(Unsafe.SizeOf<T>() + sizeof(float)) * count,
            a => a.Add(source.Address + start).Add(destination).Add((long)count));
        one.Expect<float>(destination, Array.ConvertAll(all[offset..], x => convert(x)), Tolerance.BitsOrNaN);
    }
}
