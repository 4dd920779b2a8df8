using System.Runtime.InteropServices;
using MolEngine.Kernels.Cuda.Head;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;

namespace MolEngine.Kernels.Checks.Head;

/// <summary>head_sets against a search.</summary>
internal sealed class HeadSetsCheck() : KernelCheck("head", "head_sets", "equal")
{
    private const int Warps = 8;

    public override void Run(KernelTrial trial)
    {
        foreach ((int count, int tokens, int n) in HeadEmulation.TokensOf(trial))
            trial.Case(count, c => Try(c, tokens, n));
        foreach (int n in (int[])[0, 1, 31, 32, 33, 127])
            trial.Case($"n {n}", c => Try(c, 17, n));
    }

    private static void Try(KernelCase one, int tokens, int n)
    {
        int capacity = n + 8;
        int[] places = HeadEmulation.Places(tokens);

        // Ids of a token differ; of three tokens the target of one is among them.
        var top = new int[2 * tokens * n];
        for (int i = 0; i < top.Length; i++)
            top[i] = (7 * (i / n)) + (5 * ((i % n * 3) + (i / n)));
        var targets = new int[2 * tokens];
        var ids = new int[tokens * capacity];
        var sets = new HeadArguments.Set[tokens];
        Array.Fill(ids, -1);
        for (int i = 0; i < tokens; i++)
        {
            int place = places[i], at = n > 0 ? i % n : 0;
            bool inTop = n > 0 && i % 3 == 0;
            targets[place] = inTop ? top[(place * n) + at] : 1_000_000 + i;
            top.AsSpan(place * n, n).CopyTo(ids.AsSpan(i * capacity));
            sets[i] = inTop ? new HeadArguments.Set(n, at) : new HeadArguments.Set(n + 1, n);
            if (!inTop)
                ids[(i * capacity) + n] = targets[place];
        }

        var unwritten = new int[ids.Length];
        Array.Fill(unwritten, -1);
        DeviceMemory tokensMemory = one.Input<int>("tokens", places);
        DeviceMemory targetsMemory = one.Input<int>("targets", targets);
        DeviceMemory topMemory = one.Input<int>("top ids", top), idsMemory = one.Input<int>("ids", unwritten);
        DeviceMemory of = one.Output<HeadArguments.Set>("sets", tokens);
        one.Launch(
            LaunchShape.Covering(tokens, Warps) with { Block = new Dim3(HeadEmulation.Threads) },
            tokens * ((8L * n) + (4 * HeadEmulation.SectorBytes)),
            a => a.Add(tokensMemory).Add(tokens).Add(targetsMemory).Add(n == 0 ? 0 : topMemory.Address).Add(n)
                .Add(new HeadArguments.Sets(idsMemory.Address, of.Address, 0, 0, capacity)));
        one.Expect<int>(idsMemory, ids, Tolerance.Bits);
        one.Expect<double>(of, MemoryMarshal.Cast<HeadArguments.Set, double>(sets), Tolerance.Bits);
    }
}
