using MolEngine.Kernels.Cpu.Head;
using MolEngine.Kernels.Cuda.Head;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;

namespace MolEngine.Kernels.Checks.Head;

/// <summary>head_top against sorting, with sums in the order of the contract.</summary>
internal sealed class HeadTopCheck() : KernelCheck("head_top", "head_top", "equal bits")
{
    public override void Run(KernelTrial trial)
    {
        foreach (int count in trial.Counts)
        {
            (int tokens, int width) = HeadTileCase.OfCount(count);
            trial.Case(count, c => Try(c, Random(tokens, [width]), Math.Min(width, 31)));
        }

        foreach (int n in (int[])[1, 31, 127])
        {
            trial.Case($"n {n}, tiles", c => Try(c, Random(3, [4100, 2049, 8192, 5]), n));
            trial.Case(
                $"n {n}, rising", c => Try(c, [Line(4500, 0.01f, 0), Line(4500, 0.01f, 45), Line(9, 0.01f, 90)], n));
            trial.Case($"n {n}, falling", c => Try(c, [Line(4500, -0.01f, 0), Line(8192, -0.01f, -45)], n));
            trial.Case($"n {n}, all equal", c => Try(c, [Line(8192, 0, 2), Line(8192, 0, 2), Line(700, 0, 3)], n));
            trial.Case($"n {n}, few values", c => Try(c, [Few(2, 8192), Few(2, 3000)], n));
            trial.Case(
                $"n {n}, -infinity", c => Try(c, [Line(1000, 0, float.NegativeInfinity), Line(300, 0.1f, 0)], n));
            foreach (float bad in (float[])[float.NaN, float.PositiveInfinity])
            {
                float[][] rows = Line(3000, 0.01f, 0);
                rows[0][1234] = bad;
                trial.Case($"n {n}, {bad}", c => Try(c, [rows, Line(3000, 0.01f, 0)], n));
            }
        }

        foreach (int apart in (int[])[0, 3, 4099, 4100, 5000, 14_345])
        {
            trial.Case($"without {apart}", c => Try(c, Random(3, [4100, 2049, 8192, 5]), 31, apart));
            trial.Case(
                $"without {apart}, rising",
                c => Try(c, [Line(4500, 0.01f, 0), Line(4500, 0.01f, 45), Line(9, 0.01f, 90)], 5, apart));
        }

        trial.Case("n = V", c => Try(c, Random(5, [64]), 64));
    }

    private static float[][][] Random(int tokens, int[] widths) =>
        [.. widths.Select((w, t) => Enumerable.Range(0, tokens)
            .Select(i => CheckValues.Uniform(w, (ulong)(100 + (7 * t) + i), 9)).ToArray())];

    private static float[][] Line(int width, float step, float first) =>
        [[.. Enumerable.Range(0, width).Select(v => first + (v * step))]];

    private static float[][] Few(int values, int width) =>
        [Array.ConvertAll(CheckValues.Uniform(width, 75, values), MathF.Round)];

    /// <param name="tiles">Rows of each token in each tile.</param>
    /// <param name="apart">An id that every second token's sum is taken without, or -1.</param>
    private static void Try(KernelCase one, float[][][] tiles, int n, int apart = -1)
    {
        int tokens = tiles[0].Length, start = 0;
        DeviceMemory ids = one.Output<int>("top ids", tokens * n), logits = one.Output<float>("top logits", tokens * n);
        DeviceMemory tails = one.Input<HeadArguments.Tail>("tails", new HeadArguments.Tail[tokens]);
        Token[] expected = [.. Enumerable.Range(0, tokens).Select(i => new Token(n, i % 2 == 0 ? apart : -1))];
        HeadArguments.Sets sets = apart < 0 ? default : new HeadArguments.Sets(
            one.Input<int>("apart ids", [.. expected.Select(_ => apart)]).Address,
            one.Input<HeadArguments.Set>(
                "apart", [.. expected.Select((_, i) => i % 2 == 0 ? new(1, 0) : new HeadArguments.Set(0, -1))]).Address,
            0, 0, 1);
        for (int t = 0; t < tiles.Length; t++)
        {
            float[][] tile = tiles[t];
            int width = tile[0].Length, stride = HeadEmulation.Stride(width);
            var rows = new float[tokens * stride];
            Array.Fill(rows, float.NaN);
            for (int i = 0; i < tokens; i++)
            {
                tile[i].CopyTo(rows, i * stride);
                expected[i].Absorb(tile[i], start);
            }

            var argument = new HeadArguments.Tile(one.Input<float>($"tile {t}", rows).Address, stride, start, width);
            one.Launch(
                new LaunchShape(new Dim3((uint)tokens), new Dim3(HeadEmulation.Threads)),
                (4L * tokens * width) + (8L * tokens * n),
                a => a.Add(argument).Add(n).Add(sets).Add(ids).Add(logits).Add(tails));
            start += width;
        }

        int[] list = [.. expected.SelectMany(e => e.List.Select(x => x.Id))];
        one.Expect<int>(ids, list, Tolerance.Bits);
        one.Expect<float>(logits, [.. expected.SelectMany(e => e.List.Select(x => x.Logit))], Tolerance.Bits);
        HeadTileCase.Expect(one, tails, [.. expected.Select(e => e.Tail)]);
    }

    private sealed class Token(int n, int apart)
    {
        private TailSum _sum;
        private bool _begun;

        public (float Logit, int Id)[] List { get; private set; } = [];

        public HeadArguments.Tail Tail => new(_sum.Sum, _sum.Exponent, _begun ? 1 : 0);

        public void Absorb(float[] row, int start)
        {
            float[] z = Array.ConvertAll(row, x => float.IsNaN(x) ? float.PositiveInfinity : x);
            (float Logit, int Id)[] before = List;
            List = [.. before.Concat(z.Select((x, v) => (x, start + v)))
                .OrderByDescending(e => e.Item1).ThenBy(e => e.Item2).Take(n)];
            foreach ((_, int id) in List.Where(e => e.Id >= start))
                z[id - start] = float.NegativeInfinity;
            if (apart >= start && apart < start + z.Length)
                z[apart - start] = float.NegativeInfinity;

            // Thread t of the block adds what was pushed off the list's place t.
            float[] pushed =
                [.. before.Select(e => List.Contains(e) || e.Id == apart ? float.NegativeInfinity : e.Logit)];
            float max = MathF.Max(z.Max(), pushed.Append(float.NegativeInfinity).Max());
            _sum.Raise(max);
            _begun |= float.IsFinite(max);
            for (int v = 0; v < z.Length; v++)
                z[v] = HeadEmulation.Exp(z[v], _sum.Exponent);
            _sum.Add(HeadEmulation.Sum(z, Array.ConvertAll(pushed, p => HeadEmulation.Exp(p, _sum.Exponent))));
        }
    }
}
