using MolEngine.Basics.Text;
using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Checks;

/// <summary>Shape and values of a case of the rotary embedding.</summary>
/// <remarks>
/// Cosines are large, sines small and gradients positive, and neighbours in a head have opposite signs: nothing
/// cancels, so that every element has a small relative error.
/// </remarks>
/// <param name="weightType">Type of the weights of the norms, or null without.</param>
internal sealed class RopeCheckCase(int tokens, HeadShape heads, DType type, DType? weightType, int parts = 1)
{
    public const int Positions = 40;
    public const float Eps = 1e-6f;

    public int Tokens => tokens;

    public HeadShape Heads => heads;

    public DType Type => type;

    public bool IsNormed => weightType is not null;

    /// <summary>Blocks that share the heads of a token out.</summary>
    public int Parts => parts;

    public int Half => heads.HeadDim / 2;

    public float[] Q { get; } = Alternating(tokens * heads.QuerySize, 1, type);

    public float[] K { get; } = Alternating(tokens * heads.KeyValueSize, 2, type);

    public float[] Dq { get; } = StoredValues.Between(tokens * heads.QuerySize, 3, 1, 1.5f, type);

    public float[] Dk { get; } = StoredValues.Between(tokens * heads.KeyValueSize, 4, 1, 1.5f, type);

    public float[] Cos { get; } = StoredValues.Between(Positions * heads.HeadDim / 2, 5, 0.8f, 1);

    public float[] Sin { get; } = StoredValues.Between(Positions * heads.HeadDim / 2, 6, 0.1f, 0.3f);

    public int[] At { get; } = [.. Enumerable.Range(0, tokens).Select(t => t * 7 % Positions)];

    /// <summary>Of queries, then of keys.</summary>
    public float[][] Weights { get; } =
    [
        StoredValues.Between(heads.HeadDim, 7, 0.9f, 1.1f, weightType ?? DType.F32),
        StoredValues.Between(heads.HeadDim, 8, 0.9f, 1.1f, weightType ?? DType.F32),
    ];

    public long Elements => (long)Q.Length + K.Length;

    /// <summary>Tables that must be read once for each token.</summary>
    public long TableBytes => 8L * tokens * Half;

    /// <summary>The shapes of all cases; the last is measured.</summary>
    public static IEnumerable<RopeCheckCase> All(DType type, bool small) =>
    [
        new(3, new HeadShape(1, 1, 2), type, DType.F32), new(9, new HeadShape(3, 1, 6), type, DType.BF16),
        new(17, new HeadShape(9, 3, 64), type, null), new(20, new HeadShape(4, 2, 80), type, DType.BF16, parts: 3),
        new(5, new HeadShape(2, 1, 256), type, DType.F32), new(1, new HeadShape(14, 2, 64), type, null, parts: 14),
        new(small ? 64 : 4096, new HeadShape(16, 8, 128), type, DType.BF16),
    ];

    /// <summary>Queries lie beside keys, and so do their gradients and what is made of them.</summary>
    public CudaOps.HeadsArgument HeadsArgument => new(
        heads.QueryHeads, heads.KeyValueHeads, heads.HeadDim, Positions, Stride, Stride, Stride, Stride);

    private int Stride => heads.QuerySize + heads.KeyValueSize;

    /// <summary>Where the keys begin that lie beside queries.</summary>
    public ulong KeysIn(DeviceMemory both) => both.Address + (ulong)(heads.QuerySize * type.Size());

    public CudaOps.NormArgument NormArgument(KernelCase one)
    {
        if (weightType is not { } stored)
            return default;
        return new CudaOps.NormArgument(Of("query norm", 0), Of("key norm", 1), Eps);

        WeightArgument Of(string name, int which) =>
            new(StoredValues.Input(one, name, Weights[which], stored).Address, stored);
    }

    public override string ToString() =>
        $"{Counts.Of(tokens, "token")} of {heads}{(weightType is { } stored ? $", {stored} norms" : "")}";

    private static float[] Alternating(int count, ulong key, DType type)
    {
        float[] values = StoredValues.Between(count, key, 1, 1.5f, type);
        return [.. values.Select((v, i) => i % 2 == 0 ? v : -v)];
    }
}
