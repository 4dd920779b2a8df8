using System.Runtime.Intrinsics;
using MolEngine.VirtualGpu.Execution.Lanes;

namespace MolEngine.VirtualGpu.Execution.Arithmetic;

/// <summary>
/// .ftz (subnormal operands and results become zeros of their sign) and .sat (results clamp to [0, 1]).
/// </summary>
internal static class Flush
{
    private const uint Sign = 1u << 31;
    private const uint SmallestNormal = 1u << 23;

    public static float Zero(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return (bits & ~Sign) < SmallestNormal ? BitConverter.UInt32BitsToSingle(bits & Sign) : value;
    }

    public static Vector512<float> Zero(Vector512<float> value)
    {
        Vector512<uint> bits = value.AsUInt32();
        Vector512<uint> sign = Vector512.Create(Sign);
        Vector512<uint> small = Vector512.LessThan(bits & ~sign, Vector512.Create(SmallestNormal));
        return Vector512.ConditionalSelect(small, bits & sign, bits).AsSingle();
    }

    /// <summary>NaN and -0 become +0.</summary>
    public static float Saturate(float value) => value > 0 ? MathF.Min(value, 1) : 0;

    public static Vector512<float> Saturate(Vector512<float> value)
    {
        Vector512<float> above = value & Vector512.GreaterThan(value, Vector512<float>.Zero);
        return Vector512.ConditionalSelect(Vector512.GreaterThan(above, Vector512<float>.One), Vector512<float>.One,
            above);
    }

    public readonly struct Ftz1<TF> : IVector1<float>
        where TF : IVector1<float>
    {
        public static float Apply(float a) => Zero(TF.Apply(Zero(a)));

        public static Vector512<float> Apply(Vector512<float> a) => Zero(TF.Apply(Zero(a)));
    }

    public readonly struct Ftz2<TF> : IVector2<float>
        where TF : IVector2<float>
    {
        public static float Apply(float a, float b) => Zero(TF.Apply(Zero(a), Zero(b)));

        public static Vector512<float> Apply(Vector512<float> a, Vector512<float> b) =>
            Zero(TF.Apply(Zero(a), Zero(b)));
    }

    public readonly struct Ftz3<TF> : IVector3<float>
        where TF : IVector3<float>
    {
        public static float Apply(float a, float b, float c) => Zero(TF.Apply(Zero(a), Zero(b), Zero(c)));

        public static Vector512<float> Apply(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
            Zero(TF.Apply(Zero(a), Zero(b), Zero(c)));
    }

    public readonly struct Sat2<TF> : IVector2<float>
        where TF : IVector2<float>
    {
        public static float Apply(float a, float b) => Saturate(TF.Apply(a, b));

        public static Vector512<float> Apply(Vector512<float> a, Vector512<float> b) => Saturate(TF.Apply(a, b));
    }

    public readonly struct Sat3<TF> : IVector3<float>
        where TF : IVector3<float>
    {
        public static float Apply(float a, float b, float c) => Saturate(TF.Apply(a, b, c));

        public static Vector512<float> Apply(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
            Saturate(TF.Apply(a, b, c));
    }

    public readonly struct FtzLanes2<TF> : ILanes2<float, float, float>
        where TF : ILanes2<float, float, float>
    {
        public static float Apply(float a, float b) => Zero(TF.Apply(Zero(a), Zero(b)));
    }
}
