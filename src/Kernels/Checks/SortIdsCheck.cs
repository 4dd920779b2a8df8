using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;

namespace MolEngine.Kernels.Checks;

/// <summary>sort_ids against a stable sort on the host.</summary>
internal sealed class SortIdsCheck() : KernelCheck("embedding", "sort_ids", "equal")
{
    private const int Threads = 1024, SharedBytes = 65536;

    public override void Run(KernelTrial trial)
    {
        foreach ((int tokens, int vocabulary) in ((int, int)[])[(1, 1), (31, 500), (1025, 513), (3000, 152_000)])
            trial.Case($"{tokens} of {vocabulary}", c => Try(c, tokens, vocabulary, -1));
        trial.Case("an id that is none", c => Try(c, 100, 70, 40));
        trial.Case("4000 of 300000", c => Try(c, 4000, 300_000, -1));
        trial.Case("65536 of 152000", c => Try(c, trial.IsCounting ? 8192 : 65536, 152_000, -1));
    }

    private static void Try(KernelCase one, int tokens, int vocabulary, int bad)
    {
        float[] draws = CheckValues.Uniform(tokens, 1);
        int[] ids = [.. draws.Select((d, t) => t % 3 == 0 ? vocabulary / 2 : (int)((d + 1) / 2 * vocabulary))];
        if (bad >= 0)
            ids[bad] = vocabulary;
        int passes = CudaOps.SortPasses(vocabulary);
        DeviceMemory id = one.Input<int>("ids", ids), keys = one.Output<int>("keys", tokens),
            order = one.Output<int>("order", tokens), otherKeys = one.Output<int>("other keys", tokens),
            otherOrder = one.Output<int>("other order", tokens), fault = one.Input<int>("fault", new int[4]);
        one.Launch(
            new LaunchShape(new Dim3(1), new Dim3(Threads), SharedBytes), 12L * tokens,
            a => a.Add(id).Add(tokens).Add(vocabulary).Add(passes).Add(keys).Add(order).Add(otherKeys).Add(otherOrder)
                .Add(fault));
        int[] report = bad < 0 ? new int[4] : [1, bad, vocabulary, vocabulary];
        Expect(fault, report);
        int[] known = [.. ids.Select(i => i < vocabulary ? i : 0)];
        int[] sorted = [.. Enumerable.Range(0, tokens).OrderBy(t => known[t])];
        Expect(keys, [.. sorted.Select(t => known[t])]);
        Expect(order, sorted);

        void Expect(DeviceMemory memory, int[] values) =>
            one.Expect<int>(memory, values, Tolerance.Bits);
    }
}
