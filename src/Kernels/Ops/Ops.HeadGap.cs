using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Ops;

public abstract partial class Ops
{
    /// <summary>
    /// What the divergences over the whole vocabulary exceed those over the base's top n and the residual class by, for
    /// every token with a target: P_R KL(p' || q') and Q_R KL(q' || p') with p' and q' the distributions within the
    /// residual class, whose masses are P_R and Q_R. A sum of what is never negative, in a second stream over both
    /// models' tiles; no [T, V] array. Overwrites <see cref="HeadResult.ReverseGap"/> and
    /// <see cref="HeadResult.ForwardGap"/>; 0 where there is no residual class.
    /// </summary>
    /// <param name="baseHidden">As it was given to <see cref="BaseTopN"/>.</param>
    /// <param name="hidden">As it was given to <see cref="MolHead"/>.</param>
    /// <param name="reference">As BaseTopN left it.</param>
    /// <param name="result">As MolHead left it.</param>
    public void HeadGap(
        Tensor baseHidden, Tensor baseWeight, Tensor hidden, Tensor weight, HeadTargets targets,
        BaseDistribution reference, HeadResult result)
    {
        const string Op = nameof(HeadGap);
        CheckHead(Op, baseHidden, baseWeight, targets);
        CheckHead(Op, hidden, weight, targets);
        Require.Shape(Op, "weight", weight, [.. baseWeight.Shape.Dimensions]);
        Require.Shape(Op, "hidden", hidden, baseHidden.Type, [.. baseHidden.Shape.Dimensions]);
        CheckBase(Op, hidden, weight, targets, reference);
        foreach (Tensor x in result.Figures)
            Require.Shape(Op, x.Name, x, DType.F64, hidden.Shape[0]);
        HeadGapCore(baseHidden, baseWeight, hidden, weight, targets, reference, result);
    }

    protected abstract void HeadGapCore(
        Tensor baseHidden, Tensor baseWeight, Tensor hidden, Tensor weight, HeadTargets targets,
        BaseDistribution reference, HeadResult result);
}
