using MolEngine.Basics.Numerics;
using MolEngine.Kernels.Cpu.Head;
using MolEngine.Kernels.Cuda.Head;
using MolEngine.Kernels.Device;

namespace MolEngine.Kernels.Checks.Head;

/// <summary>
/// head_tail_f32 or head_tail_bf16 against the CPU's exponential and running sum, in the order of the contract.
/// </summary>
internal sealed class HeadTailCheck(bool bf16)
    : KernelCheck("head_tile", bf16 ? "head_tail_bf16" : "head_tail_f32", "equal bits")
{
    private const ushort Unwritten = 0x1234;
    private const int Hidden = 300;

    public override void Run(KernelTrial trial)
    {
        foreach (int count in trial.Counts)
        {
            (int tokens, int width) = HeadTileCase.OfCount(count);
            trial.Case(count, c => Try(c, tokens, width, new Start(0), 5, bad: 0));
        }

        trial.Case("second tile, raised", c => Try(c, 7, 1300, new Start(-60, Begun: true), 5, bad: 0));
        trial.Case("raised beyond fp32", c => Try(c, 4, 1300, new Start(-300, Begun: true), 5, bad: 0));
        trial.Case("second tile, not raised", c => Try(c, 7, 8191, new Start(3, Begun: true), 5, bad: 0));
        trial.Case("far below", c => Try(c, 4, 2049, new Start(200, Begun: true), 5, bad: 0));
        trial.Case("large logits", c => Try(c, 4, 4100, new Start(0), 3e4f, bad: 0));
        trial.Case("all in the set", c => Try(c, 4, 1, new Start(0), 5, bad: 0));
        foreach (float bad in (float[])[float.NaN, float.PositiveInfinity, 2e7f])
            trial.Case($"one {bad}", c => Try(c, 4, 1500, new Start(0), 5, bad));
        if (!bf16)
            trial.Case("sums alone", c => Try(c, 4, 1500, new Start(-60, Begun: true), 5, bad: 0, sumsAlone: true));
    }

    /// <param name="scale">Scale of logits.</param>
    /// <param name="bad">Where not 0, a logit of every token.</param>
    private void Try(
        KernelCase one, int tokens, int width, Start start, float scale, float bad, bool sumsAlone = false)
    {
        int stride = HeadEmulation.Stride(width);
        float[] logits = HeadEmulation.Rows(tokens, width, stride, 71, scale);
        for (int i = 0; i < tokens && bad != 0; i++)
            logits[(i * stride) + 3] = bad;
        var sums = new TailSum[tokens];
        for (int i = 0; i < tokens && start.Begun; i++)
        {
            sums[i].Raise(start.Logit);
            sums[i].Add(1.25 + i);
        }

        var tile = new HeadTileCase(one, tokens, width, 1000, logits, [.. sums.Select(s => Argument(s, start.Begun))]);
        float[] o = CheckValues.Uniform(tokens * Hidden, 72);
        DeviceMemory oMemory = one.Input<float>("o", o);
        var expected = (float[])logits.Clone();
        var isWritten = new bool[expected.Length];
        var tails = new HeadArguments.Tail[tokens];
        for (int i = 0; i < tokens; i++)
            tails[i] = Absorb(tile, i, ref sums[i], start.Begun, o.AsSpan(i * Hidden, Hidden), expected, isWritten);
        DeviceMemory p = bf16 ? one.Input<ushort>("p", Filled(expected.Length)) : tile.LogitsMemory;
        one.Launch(tile.Shape, (long)tokens * width * (bf16 ? 6 : sumsAlone ? 4 : 8), a => a.Add(tile.Tile)
            .Add(sumsAlone ? 0 : p.Address).Add(tile.Sets).Add(tile.TailsMemory)
            .Add(sumsAlone ? 0 : oMemory.Address).Add(Hidden));
        HeadTileCase.Expect(one, tile.TailsMemory, tails);
        if (sumsAlone)
            return;
        one.Expect<float>(oMemory, o, Tolerance.Bits);

        // With a sum that is not a number, p means nothing.
        if (bad != 0)
            return;
        ushort[] rounded = [.. expected.Select((x, v) => isWritten[v] ? Bf16.Round(x) : Unwritten)];
        if (bf16)
            one.Expect<ushort>(p, rounded, Tolerance.Bits);
        else
            one.Expect<float>(p, expected, Tolerance.Bits);
    }

    /// <summary>Turns the token's logits into p; its row of o is scaled.</summary>
    private static HeadArguments.Tail Absorb(
        HeadTileCase tile, int i, ref TailSum sum, bool begun, Span<float> o, float[] logits, bool[] isWritten)
    {
        int first = i * tile.Stride;
        Span<float> row = logits.AsSpan(first, tile.Width);
        foreach ((int column, _) in tile.InTile(i))
            row[column] = float.NegativeInfinity;
        float max = float.NegativeInfinity;
        foreach (float z in row)
            max = MathF.Max(max, z);
        float scale = sum.Raise(max);
        foreach (ref float x in o)
            x *= scale;
        foreach (ref float z in row)
            z = HeadEmulation.Exp(z, sum.Exponent);
        sum.Add(HeadEmulation.Sum(row));
        int written = (tile.Width + 3) / 4 * 4;
        logits.AsSpan(first + tile.Width, written - tile.Width).Clear();
        isWritten.AsSpan(first, written).Fill(true);
        return Argument(sum, begun || float.IsFinite(max) && MathF.Abs(max) < 1e7f);
    }

    private static HeadArguments.Tail Argument(TailSum sum, bool begun) => new(sum.Sum, sum.Exponent, begun ? 1 : 0);

    private static ushort[] Filled(int count)
    {
        var values = new ushort[count];
        Array.Fill(values, Unwritten);
        return values;
    }

    /// <summary>Whether tiles came before, and their largest logit.</summary>
    private readonly record struct Start(float Logit, bool Begun = false);
}
