using MolEngine.Basics.Numerics;
using MolEngine.Kernels.Cuda.Head;
using MolEngine.Kernels.Device;

namespace MolEngine.Kernels.Checks.Head;

/// <summary>Tokens with sets of ids, and rows of a weight of any type: what head_logits and head_dx read.</summary>
internal sealed class HeadRowsCase
{
    private const int Vocabulary = 40;

    /// <param name="type">Type of the weight, as kernels/head_token.cuh numbers them.</param>
    public HeadRowsCase(KernelCase one, int tokens, int hidden, int entries, int type)
    {
        (Tokens, Hidden, Entries) = (tokens, hidden, entries);
        Ids = [.. Enumerable.Range(0, tokens * entries).Select(i => i * 11 % Vocabulary)];
        float[] weight = CheckValues.Uniform(Vocabulary * hidden, 60);
        DeviceMemory rows = type == HeadArguments.WeightBf16
            ? one.Input<ushort>("weight", Array.ConvertAll(weight, Bf16.Round))
            : one.Input<float>("weight", weight);
        Rows = type == HeadArguments.WeightF32 ? weight : Array.ConvertAll(weight, w => Bf16.Widen(Bf16.Round(w)));
        Weight = new HeadArguments.Weight(rows.Address, type, hidden);
        ElementBytes = type == HeadArguments.WeightBf16 ? 2 : 4;
        Sets = new HeadArguments.Set[tokens];
        for (int i = 0; i < tokens; i++)
            Sets[i] = new HeadArguments.Set(entries - (i % 2 * (entries / 3)), i % 2 == 0 ? entries - 1 : 0);
        IdsMemory = one.Input<int>("ids", Ids);
        SetsMemory = one.Input<HeadArguments.Set>("sets", Sets);
    }

    public int Tokens { get; }

    public int Hidden { get; }

    /// <summary>Room of a set.</summary>
    public int Entries { get; }

    public int[] Ids { get; }

    public HeadArguments.Set[] Sets { get; }

    public HeadArguments.Weight Weight { get; }

    /// <summary>The values that the kernels read.</summary>
    public float[] Rows { get; }

    public int ElementBytes { get; }

    public DeviceMemory IdsMemory { get; }

    public DeviceMemory SetsMemory { get; }

    /// <summary>Shapes for a count: a row of so many elements, or the measured one.</summary>
    public static (int Tokens, int Hidden, int Entries) Shape(KernelTrial trial, int count) =>
        count == trial.Counts[^1] ? (count / (32 * 1024), 1024, 32) : (2, count, 3);
}
