using MolEngine.Kernels.Cuda.Head;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;

namespace MolEngine.Kernels.Checks.Head;

/// <summary>head_dx against the same sums in the order of the contract.</summary>
internal sealed class HeadDxCheck() : KernelCheck("head", "head_dx", "equal bits")
{
    public override void Run(KernelTrial trial)
    {
        foreach (int count in trial.Counts)
        {
            (int tokens, int hidden, int entries) = HeadRowsCase.Shape(trial, count);
            trial.Case(count, c => Try(c, tokens, hidden, entries, HeadArguments.WeightBf16));
        }

        foreach (int hidden in (int[])[64, 1000, 1027])
        {
            foreach (int type in HeadArguments.WeightTypes)
                trial.Case($"{hidden}, weight {type}", c => Try(c, 3, hidden, 128, type));
        }
    }

    private static void Try(KernelCase one, int tokens, int hidden, int entries, int type)
    {
        var rows = new HeadRowsCase(one, tokens, hidden, entries, type);
        int[] places = HeadEmulation.Places(tokens);
        float[] o = CheckValues.Uniform(tokens * hidden, 62), factors = CheckValues.Uniform(tokens, 63);
        float[] coefficients = CheckValues.Uniform(tokens * entries, 64);
        var expected = new float[2 * tokens * hidden];
        Array.Fill(expected, -1);
        DeviceMemory dx = one.Input<float>("dx", expected);
        long bytes = 0;
        for (int i = 0; i < tokens; i++)
        {
            for (int h = 0; h < hidden; h++)
            {
                float x = factors[i] * o[(i * hidden) + h];
                for (int k = i * entries; k < (i * entries) + rows.Sets[i].Count; k++)
                    x = MathF.FusedMultiplyAdd(coefficients[k], rows.Rows[(rows.Ids[k] * hidden) + h], x);
                expected[(places[i] * hidden) + h] = x;
            }

            bytes += (8 * hidden) + (rows.Sets[i].Count * (8 + ((long)hidden * rows.ElementBytes)));
        }

        DeviceMemory tokensMemory = one.Input<int>("tokens", places), oMemory = one.Input<float>("o", o);
        DeviceMemory factorsMemory = one.Input<float>("factors", factors);
        DeviceMemory coefficientsMemory = one.Input<float>("coefficients", coefficients);
        one.Launch(
            new LaunchShape(new Dim3((uint)tokens), new Dim3(HeadEmulation.Threads)), bytes,
            a => a.Add(tokensMemory).Add(oMemory).Add(factorsMemory).Add(new HeadArguments.Sets(
                rows.IdsMemory.Address, rows.SetsMemory.Address, 0, coefficientsMemory.Address, entries))
                .Add(rows.Weight).Add(dx));
        one.Expect<float>(dx, expected, Tolerance.Bits);
    }
}
