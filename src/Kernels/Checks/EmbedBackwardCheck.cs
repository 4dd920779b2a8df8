using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;

namespace MolEngine.Kernels.Checks;

/// <summary>embed_backward_f32 against sums in token order.</summary>
internal sealed class EmbedBackwardCheck() : KernelCheck("embedding", "embed_backward_f32", "equal bits, any NaN")
{
    private const int Threads = 128, Columns = 1024;

    public override void Run(KernelTrial trial)
    {
        trial.Case("1 token x 1", c => Try(c, 1, 1, 1));
        trial.Case("100 tokens of 5 ids x 131", c => Try(c, 100, 5, 131));
        trial.Case("33 tokens of 33 ids x 1500", c => Try(c, 33, 33, 1500));
        trial.Case("rows of any bits", c => Try(c, 60, 7, 64, special: true));
        trial.Case("a fault before", c => Try(c, 20, 4, 64, fault: 1));
        (int tokens, int ids, int hidden) = trial.IsCounting ? (200, 60, 1024) : (4096, 1500, 4096);
        trial.Case($"{tokens} tokens of {ids} ids x {hidden}", c => Try(c, tokens, ids, hidden), isMeasured: true);
    }

    private static void Try(KernelCase one, int tokens, int ids, int hidden, int fault = 0, bool special = false)
    {
        int[] id = [.. Enumerable.Range(0, tokens).Select(t => (int)(t * 7919L % ids))];
        int[] order = [.. Enumerable.Range(0, tokens).OrderBy(t => id[t])];
        float[] dy = special ? CheckValues.AnyBits(tokens * hidden, 1) : CheckValues.Uniform(tokens * hidden, 1);
        float[] table = CheckValues.Uniform(ids * hidden, 2);
        DeviceMemory gradient = one.Input<float>("dy", dy),
            keys = one.Input<int>("keys", [.. order.Select(t => id[t])]),
            places = one.Input<int>("order", order), weight = one.Input<float>("d_weight", table),
            state = one.Input<int>("fault", [fault, 0, 0, 0]);
        one.Launch(
            new LaunchShape(
                new Dim3((uint)tokens, (uint)((hidden + Columns - 1) / Columns)), new Dim3(Threads)),
            4L * hidden * (tokens + (2 * id.Distinct().Count())),
            a => a.Add(gradient).Add(keys).Add(places).Add(tokens).Add(hidden).Add(weight).Add(state));
        for (int i = 0; i < dy.Length && fault == 0; i++)
            table[(id[i / hidden] * hidden) + (i % hidden)] += dy[i];
        one.Expect<float>(weight, table, Tolerance.BitsOrNaN);
    }
}
