using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Ops;

/// <summary>How a token's two losses differ from plain cross-entropy and the KL divergence over all classes.</summary>
[Flags]
public enum LossForms
{
    None = 0,

    /// <summary>
    /// The cross-entropy counts by the entropy of the base's top n among themselves, as a share of log n (a constant
    /// for the gradient): 0 where the base is certain.
    /// </summary>
    EntropyGate = 1,

    /// <summary>The cross-entropy counts by the student's probability of the target, a constant for the
    /// gradient.</summary>
    ProbabilityGate = 2,

    /// <summary>
    /// The target is taken out of both sides of the KL divergence and the rest renormalised: its logit has no part in
    /// it.
    /// </summary>
    WithoutTarget = 4,
}

/// <summary>The forms of every token's losses.</summary>
/// <param name="Flags">I32 [T]: <see cref="LossForms"/>.</param>
/// <param name="ForwardShare">
/// fp32 [T], from 0 to 1: how much of the KL weight goes to KL(base || student), the rest to KL(student || base).
/// </param>
public sealed record HeadForms(Tensor Flags, Tensor ForwardShare)
{
    /// <summary>Refuses forms that ask of a base where there is none.</summary>
    /// <param name="flags">[T].</param>
    /// <exception cref="ArgumentException">A token has one: names it.</exception>
    internal static void CheckWithoutBase(string op, ReadOnlySpan<int> flags)
    {
        for (int t = 0; t < flags.Length; t++)
        {
            var form = (LossForms)flags[t] & (LossForms.EntropyGate | LossForms.WithoutTarget);
            if (form != 0)
            {
                throw new ArgumentException(
                    $"{op}: forms: token {t}: expected a base distribution for {form}, got none");
            }
        }
    }
}
