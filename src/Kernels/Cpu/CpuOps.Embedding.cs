using System.Runtime.InteropServices;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu;

internal sealed unsafe partial class CpuOps<S, V>
{
    protected override void EmbeddingCore(Tensor ids, Tensor weight, Tensor y)
    {
        CheckIds("Embedding", ids, weight);
        int tokens = ids.Shape[0], hidden = weight.Shape[1];
        int* id = (int*)ids.Address;
        void* table = (void*)weight.Address;
        float* output = F32(y);
        bool bf16 = weight.Type == DType.BF16;
        ForTokens(tokens, hidden, t =>
        {
            float* to = output + (long)t * hidden;
            long from = (long)id[t] * hidden;
            if (bf16)
                RowMath<S, V>.Widen((ushort*)table + from, to, hidden);
            else
                NativeMemory.Copy((float*)table + from, to, (nuint)hidden * sizeof(float));
        });
    }

    protected override void EmbeddingBackwardCore(Tensor dy, Tensor ids, Tensor dWeight)
    {
        CheckIds("EmbeddingBackward", ids, dWeight);
        int tokens = ids.Shape[0], hidden = dWeight.Shape[1];
        int* id = (int*)ids.Address;
        float* gradient = F32(dy), table = F32(dWeight);
        ForColumns(hidden, (column, columns) =>
        {
            for (int t = 0; t < tokens; t++)
            {
                float* from = gradient + (long)t * hidden + column;
                float* to = table + (long)id[t] * hidden + column;
                RowMath<S, V>.Add(from, to, to, columns);
            }
        });
    }

    private static void CheckIds(string op, Tensor ids, Tensor weight)
    {
        int vocabulary = weight.Shape[0];
        ReadOnlySpan<int> id = ids.Span<int>();
        for (int t = 0; t < id.Length; t++)
        {
            if ((uint)id[t] >= (uint)vocabulary)
            {
                throw new ArgumentException(
                    $"{op}: {ids.Name}: token {t}: expected an id from 0 to {vocabulary - 1} ({weight.Name}), "
                    + $"got {id[t]}. Check that tokenizer and model belong together.");
            }
        }
    }
}
