using MolEngine.Basics.Numerics;
using MolEngine.Kernels.Cuda.Head;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;

namespace MolEngine.Kernels.Checks.Head;

/// <summary>head_logits_f32 or head_logits_bf16 against the same sums in the order of the contract.</summary>
internal sealed class HeadLogitsCheck(bool bf16)
    : KernelCheck("head", bf16 ? "head_logits_bf16" : "head_logits_f32", "equal bits")
{
    public override void Run(KernelTrial trial)
    {
        foreach (int count in trial.Counts)
        {
            (int tokens, int hidden, int entries) = HeadRowsCase.Shape(trial, count);
            trial.Case(count, c => Try(c, tokens, hidden, entries, HeadArguments.WeightBf16, isFull: tokens > 2));
        }

        if (!bf16)
        {
            trial.Case(
                "with rounded rows",
                c => Try(c, 3, 1000, 128, HeadArguments.WeightBf16, isFull: false, isRounded: true));
        }

        foreach (int hidden in (int[])[64, 1000, 1027])
        {
            foreach (int type in HeadArguments.WeightTypes)
                trial.Case($"{hidden}, weight {type}", c => Try(c, 3, hidden, 128, type, isFull: type == 0));
        }
    }

    /// <param name="isFull">Every set has all entries, and no array says so.</param>
    /// <param name="isRounded">With rounded rows, which a target at the last of all entries takes.</param>
    private void Try(
        KernelCase one, int tokens, int hidden, int entries, int type, bool isFull, bool isRounded = false)
    {
        var rows = new HeadRowsCase(one, tokens, hidden, entries, type);
        float[] values = CheckValues.Uniform(tokens * hidden, 61, 3);
        float[] rounded = Array.ConvertAll(values, v => Bf16.Widen(Bf16.Round(v))), held = bf16 ? rounded : values;
        DeviceMemory x = bf16
            ? one.Input<ushort>("x", Array.ConvertAll(values, Bf16.Round))
            : one.Input<float>("x", values);
        DeviceMemory? roundedRows =
            isRounded ? one.Input<ushort>("rounded", Array.ConvertAll(values, Bf16.Round)) : null;
        var expected = new double[tokens * entries];
        Array.Fill(expected, -1);
        DeviceMemory logits = one.Input<double>("logits", expected);
        long count = 0;
        for (int i = 0; i < tokens; i++)
        {
            for (int k = 0; k < (isFull ? entries : rows.Sets[i].Count); k++, count++)
            {
                bool isApart = isRounded && k == entries - 1 && rows.Sets[i].Target == k;
                expected[(i * entries) + k] = Product(
                    (isApart ? rounded : held).AsSpan(i * hidden, hidden),
                    rows.Rows.AsSpan(rows.Ids[(i * entries) + k] * hidden, hidden));
            }
        }

        long bytes = (count * hidden * (rows.ElementBytes + (bf16 ? 2 : 4))) + (12 * count);
        one.Launch(
            new LaunchShape(new Dim3((uint)tokens), new Dim3(HeadEmulation.Threads)), bytes,
            a =>
            {
                a.Add(x);
                if (!bf16)
                    a.Add(roundedRows?.Address ?? 0);
                a.Add(rows.Weight).Add(new HeadArguments.Sets(
                    rows.IdsMemory.Address, isFull ? 0 : rows.SetsMemory.Address, logits.Address, 0, entries));
            });
        one.Expect<double>(logits, expected, Tolerance.Bits);
    }

    private static double Product(ReadOnlySpan<float> x, ReadOnlySpan<float> w)
    {
        var sums = new double[128];
        for (int h = 0; h < x.Length; h++)
            sums[h % 128] = Math.FusedMultiplyAdd(x[h], w[h], sums[h % 128]);
        return HeadEmulation.Butterfly([.. sums.Chunk(4).Select(s => s[0] + s[1] + (s[2] + s[3]))]);
    }
}
