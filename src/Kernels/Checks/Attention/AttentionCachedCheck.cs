using MolEngine.Basics.Numerics;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Cuda.Attention;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Checks.Attention;

/// <summary>attention_cached_* against the CPU backend, its pieces joined here in float64.</summary>
internal sealed class AttentionCachedCheck(bool isBf16)
    : KernelCheck(AttentionPieces.Source, $"attention_cached_{(isBf16 ? "bf16" : "f32")}", "relative L2 error of 2e-6")
{
    public override void Run(KernelTrial trial)
    {
        (HeadShape Heads, int Start, int Count)[] cases =
        [
            (new(7, 1, 64), 128, 1), (new(4, 2, 128), 62, 3), (new(4, 4, 96), 0, 1), (new(2, 1, 20), 191, 8),
            (new(3, 1, 5), 70, 2), trial.IsCounting ? (new(4, 2, 128), 1023, 1) : (new(32, 8, 128), 16383, 1),
        ];
        foreach ((HeadShape heads, int start, int count) in cases)
            trial.Case($"{count} after {start}, {heads}", c => Try(c, heads, start, count), heads == cases[^1].Heads);
    }

    private void Try(KernelCase one, HeadShape heads, int start, int count)
    {
        var pieces = new AttentionPieces(heads, isBf16, count, start + count);
        float[] q = Held(CheckValues.Uniform(count * heads.QuerySize, 1, 2));
        float[] k = Held(CheckValues.Uniform((start + count) * heads.KeyValueSize, 2, 2));
        float[] v = Held(CheckValues.Uniform((start + count) * heads.KeyValueSize, 3));
        DeviceMemory results = one.Output<float>("results", (int)pieces.Results);
        DeviceMemory extremes = one.Output<float>("extremes", (int)pieces.Extremes);
        DeviceMemory queries = Input("q", q), keys = Input("keys", k), values = Input("values", v);
        one.Launch(
            pieces.Shape, (long)count * (k.Length + v.Length) * (isBf16 ? 2 : 4),
            a => a.Add(queries).Add(keys).Add(values).Add(results).Add(extremes).Add(start)
                .Add(new AttentionShape(heads)));
        var parts = new float[pieces.Results];
        var bounds = new float[pieces.Extremes];
        results.Download(parts.AsSpan());
        extremes.Download(bounds.AsSpan());
        one.ExpectWhole(
            "y", AttentionJoinCheck.Join(parts, bounds, pieces), Truth(q, k, v, heads, start),
            AttentionJoinCheck.Tolerance);

        DeviceMemory Input(string name, float[] x) =>
            isBf16 ? one.Input<ushort>(name, Array.ConvertAll(x, Bf16.Round)) : one.Input<float>(name, x);
    }

    private float[] Held(float[] values) =>
        isBf16 ? Array.ConvertAll(values, x => Bf16.Widen(Bf16.Round(x))) : values;

    private static float[] Truth(float[] q, float[] k, float[] v, HeadShape heads, int start)
    {
        using Ops.Ops cpu = CpuBackend.Create();
        using Arena arena = cpu.CreateArena("check");
        Tensor y = arena.Allocate("y", DType.F32, q.Length / heads.QuerySize, heads.QuerySize);
        cpu.AttentionCached(
            Make("q", q, heads.QuerySize), Make("keys", k, heads.KeyValueSize), Make("values", v, heads.KeyValueSize),
            heads, start, y);
        return y.Span<float>().ToArray();

        Tensor Make(string name, float[] values, int width)
        {
            Tensor tensor = arena.Allocate(name, DType.F32, values.Length / width, width);
            values.CopyTo(tensor.Span<float>());
            return tensor;
        }
    }
}
