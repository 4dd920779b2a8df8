using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Ops;

public abstract partial class Ops
{
    /// <summary>y[t] = weight[ids[t]]. ids I32 [T], weight [V, H], y fp32 [T, H].</summary>
    /// <exception cref="ArgumentException">An id is outside 0..V-1: names the token, the id and the table.</exception>
    public void Embedding(Tensor ids, Tensor weight, Tensor y)
    {
        CheckEmbedding(nameof(Embedding), ids, weight, y);
        Require.Weight(nameof(Embedding), nameof(weight), weight, weight.Shape[0], y.Shape[1]);
        EmbeddingCore(ids, weight, y);
    }

    /// <summary>dWeight[ids[t]] += dy[t], in token order. dWeight fp32 [V, H].</summary>
    /// <exception cref="ArgumentException">As in <see cref="Embedding"/>; nothing has been added then.</exception>
    public void EmbeddingBackward(Tensor dy, Tensor ids, Tensor dWeight)
    {
        CheckEmbedding(nameof(EmbeddingBackward), ids, dWeight, dy);
        Require.Type(nameof(EmbeddingBackward), nameof(dWeight), dWeight, DType.F32);
        EmbeddingBackwardCore(dy, ids, dWeight);
    }

    protected abstract void EmbeddingCore(Tensor ids, Tensor weight, Tensor y);

    protected abstract void EmbeddingBackwardCore(Tensor dy, Tensor ids, Tensor dWeight);

    private static void CheckEmbedding(string op, Tensor ids, Tensor weight, Tensor y)
    {
        Require.Rank(op, "ids", ids, 1);
        Require.Rank(op, "weight", weight, 2);
        Require.Rank(op, "y", y, 2);
        Require.Distinct(op, y, weight);
        Require.Shape(op, "ids", ids, DType.I32, y.Shape[0]);
        Require.Shape(op, "y", y, DType.F32, ids.Shape[0], weight.Shape[1]);
    }
}
