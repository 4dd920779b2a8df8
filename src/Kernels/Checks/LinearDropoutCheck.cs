using MolEngine.Basics.Numerics;
using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Launch;
using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Checks;

/// <summary>linear_dropout of fp32 or bf16 against the CPU's mask.</summary>
internal sealed class LinearDropoutCheck(bool isBf16)
    : KernelCheck("linear", isBf16 ? "linear_dropout_bf16" : "linear_dropout_f32", "equal bits")
{
    private const int Threads = 256, Vector = 4;

    public override void Run(KernelTrial trial)
    {
        (int, int) measured = trial.IsCounting ? (64, 1024) : (4096, 4096);
        foreach ((int tokens, int features) in ((int, int)[])[(1, 1), (7, 33), (33, 64), (40, 130), measured])
        {
            float probability = features == 33 ? 0 : 0.3f;
            trial.Case(
                $"{tokens} x {features}, {probability}", c => Try(c, tokens, features, probability),
                (tokens, features) == measured);
        }
    }

    private unsafe void Try(KernelCase one, int tokens, int features, float probability)
    {
        var mask = new DropoutMask(99, probability);
        var keys = new long[tokens];
        for (int t = 0; t < tokens; t++)
            keys[t] = (long)SplitMix64.At(8, (ulong)t);
        float[] x = CheckValues.Uniform(tokens * features, 7);
        if (isBf16)
            x = Array.ConvertAll(x, v => Bf16.Widen(Bf16.Round(v)));
        float[] expected = [.. x];
        fixed (float* rows = expected)
        {
            for (int t = 0; t < tokens; t++)
                mask.Apply(keys[t], rows + ((nint)t * features), rows + ((nint)t * features), features);
        }

        DeviceMemory from = Input("x", x);
        DeviceMemory to = isBf16 ? one.Output<ushort>("y", x.Length) : one.Output<float>("y", x.Length);
        ulong keysAddress = one.Input<long>("keys", keys).Address;
        one.Launch(
            LaunchShape.Covering(tokens * ((features + Vector - 1L) / Vector), Threads),
            ((isBf16 ? 4L : 8L) * x.Length) + (8L * tokens),
            a => a.Add(from).Add(to).Add(keysAddress).Add(tokens).Add(features)
                .Add(new CudaOps.LinearDropout(mask.Seed, mask.Threshold, mask.Kept)));
        if (isBf16)
            one.Expect<ushort>(to, Array.ConvertAll(expected, Bf16.Round), Tolerance.Bits);
        else
            one.Expect<float>(to, expected, Tolerance.Bits);

        DeviceMemory Input(string name, float[] values) => isBf16
            ? one.Input<ushort>(name, Array.ConvertAll(values, Bf16.Round))
            : one.Input<float>(name, values);
    }
}
