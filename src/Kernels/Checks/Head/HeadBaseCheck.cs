using MolEngine.Kernels.Cpu.Head;
using MolEngine.Kernels.Cuda.Head;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;

namespace MolEngine.Kernels.Checks.Head;

/// <summary>head_base against sorting and the CPU's float64 scalars.</summary>
internal sealed class HeadBaseCheck() : KernelCheck("head", "head_base", "equal; sums within 4e-15")
{
    private const int Warps = 8;

    public override void Run(KernelTrial trial)
    {
        foreach ((int count, int tokens, int n) in HeadEmulation.TokensOf(trial))
            trial.Case(count, c => Try(c, tokens, n));
        foreach (int n in (int[])[1, 31, 32, 33, 127])
        {
            trial.Case($"n {n}", c => Try(c, 17, n));
            trial.Case($"n {n}, targets apart", c => Try(c, 17, n, isApart: true));
        }

        trial.Case("n 31, NaN among the logits", c => Try(c, 17, 31, hasNaN: true));

        // e^710 is no number of float64.
        foreach (int shift in (int[])[-900, 800])
            trial.Case($"logits near {40 + shift}", c => Try(c, 17, 31, shift));
    }

    /// <param name="isApart">Of three tokens in four the target is not in the tail's sum: on the list, or on
    /// none.</param>
    /// <param name="hasNaN">Of every second token one logit, which comes first then.</param>
    private static void Try(
        KernelCase one, int tokens, int n, int shift = 0, bool isApart = false, bool hasNaN = false)
    {
        int exponent = (int)Math.Round(shift / Math.Log(2));
        int[] places = HeadEmulation.Places(tokens);

        // Close to sorted, as the stream leaves them, with ties; far from 0, so that a relative error means something.
        float[] noise = CheckValues.Uniform(tokens * n, 80);
        double[] logits = [.. noise.Select((x, e) => shift + 40 - Math.Round((e % n / 3.0) + x, 1))];
        int[] ids = [.. Enumerable.Range(0, tokens * n).Select(e => (e % n * 31 % 128) + (e / n))];
        for (int i = 0; i < tokens && hasNaN; i += 2)
            logits[(i * n) + (i % n)] = double.NaN;
        HeadArguments.Tail[] tails = [.. Enumerable.Range(0, tokens).Select(
            i => i % 5 == 4 ? default : new HeadArguments.Tail(1.5 + i, exponent + 30 + i % 40, 1))];
        double[] apartLogits = [.. Enumerable.Range(0, tokens).Select(i => shift + 20.5 + i)];
        int[] targets = [.. Enumerable.Range(0, tokens).Select(i => i % 4 == 1 ? ids[(i * n) + (i % n)] : 9_000_000)];
        HeadArguments.Set[] apart = [.. Enumerable.Range(0, tokens).Select(
            i => isApart && i % 4 != 3 ? new HeadArguments.Set(1, 0) : new HeadArguments.Set(0, -1))];
        var expected = new Expected(2 * tokens, n);
        for (int i = 0; i < tokens; i++)
        {
            expected.Set(places[i], logits.AsSpan(i * n, n), ids.AsSpan(i * n, n), tails[i]);
            if (apart[i].Count != 0)
                expected.Join(places[i], targets[i], apartLogits[i]);
        }

        var before = new Expected(2 * tokens, n);
        DeviceMemory tokensMemory = one.Input<int>("tokens", places);
        DeviceMemory idsMemory = one.Input<int>("ids", ids), logitsMemory = one.Input<double>("logits", logits);
        DeviceMemory tailsMemory = one.Input<HeadArguments.Tail>("tails", tails);
        DeviceMemory topIds = one.Input<int>("top ids", before.Ids);
        DeviceMemory topLogits = one.Input<double>("top logits", before.Logits);
        DeviceMemory lse = one.Input<double>("lse", before.Lse), tail = one.Input<double>("tail lse", before.Tail);
        DeviceMemory without = one.Input<double>("tail without target", before.WithoutTarget);
        HeadArguments.Sets apartSets = isApart
            ? new HeadArguments.Sets(
                one.Input<int>("targets", targets).Address, one.Input<HeadArguments.Set>("apart", apart).Address,
                one.Input<double>("apart logits", apartLogits).Address, 0, 1)
            : default;
        one.Launch(
            LaunchShape.Covering(tokens, Warps) with { Block = new Dim3(HeadEmulation.Threads) },
            tokens * ((24L * n) + ((isApart ? 8 : 4) * HeadEmulation.SectorBytes)),
            a => a.Add(tokensMemory).Add(tokens)
                .Add(new HeadArguments.Sets(idsMemory.Address, 0, logitsMemory.Address, 0, n)).Add(apartSets)
                .Add(tailsMemory)
                .Add(new HeadArguments.Base(
                    topIds.Address, topLogits.Address, lse.Address, tail.Address, without.Address, n)));
        one.Expect<int>(topIds, expected.Ids, Tolerance.Bits);
        one.Expect<double>(topLogits, expected.Logits, Tolerance.BitsOrNaN);
        one.Expect<double>(lse, expected.Lse, Tolerance.Within(4e-15));
        one.Expect<double>(tail, expected.Tail, Tolerance.Within(4e-15));
        one.Expect<double>(without, expected.WithoutTarget, Tolerance.Within(4e-15));
    }

    /// <summary>What the results hold, from what they hold before.</summary>
    private sealed class Expected(int places, int n)
    {
        public int[] Ids { get; } = [.. Enumerable.Repeat(-7, places * n)];

        public double[] Logits { get; } = [.. Enumerable.Repeat(-7.0, places * n)];

        public double[] Lse { get; } = [.. Enumerable.Repeat(-7.0, places)];

        public double[] Tail { get; } = [.. Enumerable.Repeat(-7.0, places)];

        public double[] WithoutTarget { get; } = [.. Enumerable.Repeat(-7.0, places)];

        /// <summary>The sum was taken without this target.</summary>
        public void Join(int place, int target, double logit)
        {
            WithoutTarget[place] = Tail[place];
            if (!Ids.AsSpan(place * n, n).Contains(target))
                Tail[place] = HeadMath.LogAdd(Tail[place], logit);
            Lse[place] = HeadMath.LogAdd(HeadMath.LogSumExp(Logits.AsSpan(place * n, n)), Tail[place]);
        }

        public void Set(int place, ReadOnlySpan<double> logits, ReadOnlySpan<int> ids, HeadArguments.Tail tail)
        {
            (double Logit, int Id)[] list = new (double, int)[n];
            for (int k = 0; k < n; k++)
                list[k] = (logits[k], ids[k]);
            list =
            [
                .. list.OrderByDescending(e => double.IsNaN(e.Logit) ? double.PositiveInfinity : e.Logit)
                    .ThenBy(e => e.Id),
            ];
            for (int k = 0; k < n; k++)
                (Logits[(place * n) + k], Ids[(place * n) + k]) = list[k];
            Tail[place] = tail.Started == 0
                ? double.NegativeInfinity
                : (tail.Exponent * 0.693147180559945309) + Math.Log(tail.Sum);
            Lse[place] = HeadMath.LogAdd(HeadMath.LogSumExp(logits), Tail[place]);
        }
    }
}
