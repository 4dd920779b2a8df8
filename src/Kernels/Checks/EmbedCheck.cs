using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Checks;

/// <summary>embed against rows of the table, and what it says of an id that is none.</summary>
internal sealed class EmbedCheck(DType type)
    : KernelCheck("embedding", KernelName.Of("embed", type), "equal bits")
{
    private const int Threads = 256, TokensOfBlock = 8;

    public override void Run(KernelTrial trial)
    {
        trial.Case("3 tokens x 1", c => Try(c, 3, 5, 1));
        trial.Case("33 tokens x 65", c => Try(c, 33, 7, 65, parts: 2));
        trial.Case("1 token x 576", c => Try(c, 1, 100, 576, parts: 5));
        trial.Case("an id below 0", c => Try(c, 20, 9, 8, bad: (13, -3)));
        trial.Case("the first id that is none", c => Try(c, 20, 9, 8, bad: (17, 9)));
        trial.Case("rows of any bits", c => Try(c, 33, 7, 64, special: true));
        (int tokens, int hidden) = trial.IsCounting ? (64, 1024) : (4096, 4096);
        trial.Case($"{tokens} tokens x {hidden}", c => Try(c, tokens, 3000, hidden), isMeasured: true);
    }

    private void Try(
        KernelCase one, int tokens, int vocabulary, int hidden, int parts = 1, (int Token, int Id)? bad = null,
        bool special = false)
    {
        int[] ids = [.. Enumerable.Range(0, tokens).Select(t => (int)(t * 7919L % vocabulary))];
        if (bad is { } place)
            ids[place.Token] = place.Id;
        float[] w = StoredValues.Held(
            special
                ? CheckValues.AnyBits(vocabulary * hidden, 1)
                : CheckValues.Uniform(vocabulary * hidden, 1), type);
        DeviceMemory id = one.Input<int>("ids", ids), weight = StoredValues.Input(one, "weight", w, type),
            y = one.Output<float>("y", tokens * hidden), fault = one.Input<int>("fault", new int[4]);
        uint blocks = (uint)((tokens + TokensOfBlock - 1) / TokensOfBlock);
        one.Launch(
            new LaunchShape(new Dim3(blocks, (uint)parts), new Dim3(Threads)), (4L + type.Size()) * tokens * hidden,
            a => a.Add(id).Add(weight).Add(tokens).Add(vocabulary).Add(hidden).Add(y).Add(fault));
        float[] rows = [.. ids.SelectMany(
            i => i < 0 || i >= vocabulary ? new float[hidden] : w[(i * hidden)..((i + 1) * hidden)])];
        one.Expect<float>(y, rows, Tolerance.Bits);
        int[] report = bad is not { } b ? new int[4] : [1, b.Token, b.Id, vocabulary];
        one.Expect<int>(fault, report, Tolerance.Bits);
    }
}
