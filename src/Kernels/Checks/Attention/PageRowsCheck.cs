using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;

namespace MolEngine.Kernels.Checks.Attention;

/// <summary>pages_store and pages_load: equal bits.</summary>
internal sealed class PageRowsCheck(bool stores)
    : KernelCheck("pages", stores ? "pages_store" : "pages_load", "equal bits")
{
    public override void Run(KernelTrial trial)
    {
        foreach ((int rows, int bytes) in ((int, int)[])[(1, 2), (7, 10), (64, 384), (33, 4112), (5, 4100)])
            trial.Case($"{rows} rows of {bytes} bytes", c => Try(c, rows, bytes), isMeasured: rows == 33);
    }

    /// <summary>Every entry is met once, in another order: none is left as it was.</summary>
    private void Try(KernelCase one, int rows, int bytes)
    {
        int width = bytes / 2;
        int[] entries = [.. Enumerable.Range(0, rows).Select(i => (i * 3) % rows)];
        if (entries.Distinct().Count() < rows)
            entries = [.. Enumerable.Range(0, rows).Reverse()];
        ushort[] k = Values(1), v = Values(2), movedK = new ushort[k.Length], movedV = new ushort[k.Length];
        for (int i = 0; i < rows; i++)
        {
            (int from, int to) = stores ? (i, entries[i]) : (entries[i], i);
            k.AsSpan(from * width, width).CopyTo(movedK.AsSpan(to * width));
            v.AsSpan(from * width, width).CopyTo(movedV.AsSpan(to * width));
        }

        DeviceMemory inK = one.Input<ushort>("k", k), inV = one.Input<ushort>("v", v);
        DeviceMemory outK = one.Output<ushort>("moved k", k.Length), outV = one.Output<ushort>("moved v", v.Length);
        DeviceMemory table = one.Input<int>("entries", entries);
        one.Launch(
            new LaunchShape(new Dim3((uint)rows), new Dim3(256)), rows * (4L + (4L * bytes)),
            a =>
            {
                if (stores)
                    a.Add(inK).Add(inV).Add(bytes).Add(bytes).Add(outK).Add(outV).Add(table).Add(bytes);
                else
                    a.Add(outK).Add(outV).Add(inK).Add(inV).Add(table).Add(bytes);
            });
        one.Expect<ushort>(outK, movedK, Tolerance.Bits);
        one.Expect<ushort>(outV, movedV, Tolerance.Bits);

        ushort[] Values(int seed)
        {
            var random = new Random(seed);
            return [.. Enumerable.Range(0, rows * width).Select(_ => (ushort)random.Next(1 << 16))];
        }
    }
}
