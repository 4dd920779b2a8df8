using MolEngine.Kernels.Ops;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Benchmarks;

/// <summary>Tensors to measure with: the same numbers in every run.</summary>
internal static unsafe class BenchmarkData
{
    /// <summary>Numbers from -1 to 1, fp32 or (from -1/8 to 1/8, as weights are) bf16.</summary>
    public static Tensor Uniform(Arena arena, DType type, params int[] dimensions)
    {
        Tensor x = arena.Allocate("x", type, dimensions);
        var random = new Random(1);
        for (long i = 0; i < x.Count; i++)
        {
            float value = 2 * random.NextSingle() - 1;
            if (type == DType.F32)
                ((float*)x.Address)[i] = value;
            else
                ((ushort*)x.Address)[i] = (ushort)(BitConverter.SingleToUInt32Bits(value / 8) >> 16);
        }

        return x;
    }

    /// <summary>One row with documents of equal length.</summary>
    public static SequenceLayout Layout(Arena arena, int tokens, int documents = 1)
    {
        Tensor positions = arena.Allocate("positions", DType.I32, tokens);
        int length = tokens / documents;
        for (int t = 0; t < tokens; t++)
            positions.Span<int>()[t] = t % length;
        int[] starts = [.. Enumerable.Range(0, documents + 1).Select(d => d * length)];
        return new SequenceLayout([0, tokens], starts, positions, arena.Allocate("keys", DType.I64, tokens));
    }
}
