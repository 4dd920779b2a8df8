using MolEngine.Basics.Numerics;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;

namespace MolEngine.Kernels.Checks;

/// <summary>linear_token_sums of fp32 or bf16 against sums in the same order.</summary>
internal sealed class LinearTokenSumsCheck(bool isBf16)
    : KernelCheck("linear", isBf16 ? "linear_token_sums_bf16" : "linear_token_sums_f32", "equal bits")
{
    private const int Threads = 128;

    public override void Run(KernelTrial trial)
    {
        (int, int) measured = trial.IsCounting ? (256, 256) : (4096, 4096);
        foreach ((int tokens, int width) in ((int, int)[])[(1, 1), (7, 127), (33, 129), (50, 300), measured])
            trial.Case($"{tokens} x {width}", c => Try(c, tokens, width), (tokens, width) == measured);
    }

    private void Try(KernelCase one, int tokens, int width)
    {
        // Chunks of 16 tokens, and an empty one.
        int[] starts = [0, .. Enumerable.Range(0, (tokens + 15) / 16).Select(c => c * 16), tokens];
        int chunks = starts.Length - 1;
        // Rows are columns of a wider matrix.
        int stride = width + 3;
        float[] x = CheckValues.Uniform(tokens * stride, 9);
        if (isBf16)
            x = Array.ConvertAll(x, v => Bf16.Widen(Bf16.Round(v)));
        var expected = new float[chunks * width];
        for (int c = 0; c < chunks; c++)
        {
            for (int t = starts[c]; t < starts[c + 1]; t++)
            {
                for (int j = 0; j < width; j++)
                    expected[(c * width) + j] += x[(t * stride) + j];
            }
        }

        DeviceMemory from = isBf16
            ? one.Input<ushort>("x", Array.ConvertAll(x, Bf16.Round))
            : one.Input<float>("x", x);
        DeviceMemory partial = one.Output<float>("partial", expected.Length);
        ulong startsAddress = one.Input<int>("chunk starts", starts).Address;
        one.Launch(
            new LaunchShape(new Dim3((uint)chunks, (uint)((width + Threads - 1) / Threads)), new Dim3(Threads)),
            ((isBf16 ? 2L : 4L) * tokens * width) + (4L * expected.Length),
            a => a.Add(from).Add(startsAddress).Add(width).Add(stride).Add(partial));
        one.Expect<float>(partial, expected, Tolerance.Bits);
    }
}
