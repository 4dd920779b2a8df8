using System.Runtime.InteropServices;

namespace MolEngine.Kernels.Ops;

/// <summary>
/// The scalars of an AdamW step: worked out in float64, rounded to fp32 once each. Laid out as <c>AdamWFactors</c> of
/// kernels/adamw.cu: every backend computes with the same nine numbers.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct AdamWFactors(in AdamWStep s)
{
    public readonly float GradientScale = (float)s.GradientScale;
    public readonly float Decay = (float)(s.LearningRate * s.WeightDecay);
    public readonly float Beta1 = (float)s.Beta1;
    public readonly float OneMinusBeta1 = (float)(1 - s.Beta1);
    public readonly float Beta2 = (float)s.Beta2;
    public readonly float OneMinusBeta2 = (float)(1 - s.Beta2);
    public readonly float Rate = (float)(s.LearningRate / s.Correction1);
    public readonly float InverseRootCorrection2 = (float)(1 / Math.Sqrt(s.Correction2));
    public readonly float Eps = (float)s.Eps;
}
