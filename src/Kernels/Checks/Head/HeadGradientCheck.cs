using MolEngine.Basics.Numerics;
using MolEngine.Kernels.Cuda.Head;
using MolEngine.Kernels.Device;

namespace MolEngine.Kernels.Checks.Head;

/// <summary>head_gradient_f32 or head_gradient_bf16 against the CPU's exponential.</summary>
internal sealed class HeadGradientCheck(bool bf16)
    : KernelCheck("head_tile", bf16 ? "head_gradient_bf16" : "head_gradient_f32", "equal bits")
{
    private const ushort Unwritten = 0x1234;

    public override void Run(KernelTrial trial)
    {
        foreach (int count in trial.Counts)
        {
            (int tokens, int width) = HeadTileCase.OfCount(count);
            trial.Case(count, c => Try(c, tokens, width, 5));
        }

        trial.Case("large logits", c => Try(c, 4, 1500, 80));
    }

    private void Try(KernelCase one, int tokens, int width, float scale)
    {
        int stride = HeadEmulation.Stride(width);
        float[] logits = HeadEmulation.Rows(tokens, width, stride, 73, scale);
        float[] factors = CheckValues.Uniform(tokens, 74);
        HeadArguments.Tail[] tails =
            [.. Enumerable.Range(0, tokens).Select(i => new HeadArguments.Tail(1, (int)(scale * 1.5) + i % 3, 1))];
        var tile = new HeadTileCase(one, tokens, width, 1000, logits, tails);
        DeviceMemory factorsMemory = one.Input<float>("factors", factors);
        var expected = (float[])logits.Clone();
        var isWritten = new bool[expected.Length];
        for (int i = 0; i < tokens; i++)
        {
            int written = (width + 3) / 4 * 4;
            isWritten.AsSpan(i * stride, written).Fill(true);
            for (int v = 0; v < written; v++)
            {
                float p = v < width ? HeadEmulation.Exp(logits[(i * stride) + v], tails[i].Exponent) : 0;
                expected[(i * stride) + v] = factors[i] * p;
            }

            foreach ((int column, int entry) in tile.InTile(i))
                expected[(i * stride) + column] = tile.Coefficients[entry];
        }

        var before = new ushort[expected.Length];
        Array.Fill(before, Unwritten);
        DeviceMemory g = bf16 ? one.Input<ushort>("g", before) : tile.LogitsMemory;
        one.Launch(tile.Shape, (long)tokens * width * (bf16 ? 6 : 8), a => a.Add(tile.Tile).Add(g).Add(tile.Sets)
            .Add(tile.TailsMemory).Add(factorsMemory));
        ushort[] rounded = [.. expected.Select((x, v) => isWritten[v] ? Bf16.Round(x) : Unwritten)];
        if (bf16)
            one.Expect<ushort>(g, rounded, Tolerance.Bits);
        else
            one.Expect<float>(g, expected, Tolerance.Bits);
    }
}
