using System.Runtime.Intrinsics;
using MolEngine.VirtualGpu.Execution.Lanes;

namespace MolEngine.VirtualGpu.Execution.Arithmetic;

/// <summary>fp32 arithmetic rounded to nearest even. Every NaN that comes out is PTX's canonical one.</summary>
internal static class FloatFunctions
{
    public static readonly float CanonicalNaN = BitConverter.UInt32BitsToSingle(0x7FFFFFFF);

    public static float Canonical(float value) => float.IsNaN(value) ? CanonicalNaN : value;

    public static Vector512<float> Canonical(Vector512<float> value) => Vector512.ConditionalSelect(
        Vector512.Equals(value, value), value, Vector512.Create(0x7FFFFFFFu).AsSingle());

    public readonly struct Add : IVector2<float>
    {
        public static float Apply(float a, float b) => Canonical(a + b);

        public static Vector512<float> Apply(Vector512<float> a, Vector512<float> b) => Canonical(a + b);
    }

    public readonly struct Subtract : IVector2<float>
    {
        public static float Apply(float a, float b) => Canonical(a - b);

        public static Vector512<float> Apply(Vector512<float> a, Vector512<float> b) => Canonical(a - b);
    }

    public readonly struct Multiply : IVector2<float>
    {
        public static float Apply(float a, float b) => Canonical(a * b);

        public static Vector512<float> Apply(Vector512<float> a, Vector512<float> b) => Canonical(a * b);
    }

    public readonly struct Divide : IVector2<float>
    {
        public static float Apply(float a, float b) => Canonical(a / b);

        public static Vector512<float> Apply(Vector512<float> a, Vector512<float> b) => Canonical(a / b);
    }

    public readonly struct MultiplyAdd : IVector3<float>
    {
        public static float Apply(float a, float b, float c) => Canonical(MathF.FusedMultiplyAdd(a, b, c));

        public static Vector512<float> Apply(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
            Canonical(Vector512.FusedMultiplyAdd(a, b, c));
    }

    public readonly struct SquareRoot : IVector1<float>
    {
        public static float Apply(float a) => Canonical(MathF.Sqrt(a));

        public static Vector512<float> Apply(Vector512<float> a) => Canonical(Vector512.Sqrt(a));
    }

    public readonly struct Reciprocal : IVector1<float>
    {
        public static float Apply(float a) => Canonical(1 / a);

        public static Vector512<float> Apply(Vector512<float> a) => Canonical(Vector512<float>.One / a);
    }

    /// <summary>The sign of NaN flips, too.</summary>
    public readonly struct Negate : IVector1<float>
    {
        public static float Apply(float a) =>
            BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(a) ^ 1u << 31);

        public static Vector512<float> Apply(Vector512<float> a) =>
            (a.AsUInt32() ^ Vector512.Create(1u << 31)).AsSingle();
    }

    public readonly struct Absolute : IVector1<float>
    {
        public static float Apply(float a) =>
            BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(a) & ~(1u << 31));

        public static Vector512<float> Apply(Vector512<float> a) =>
            (a.AsUInt32() & Vector512.Create(~(1u << 31))).AsSingle();
    }

    /// <summary>The other operand where one is NaN; -0 is less than +0.</summary>
    public readonly struct Min : IVector2<float>
    {
        public static float Apply(float a, float b) => Canonical(float.MinNumber(a, b));

        public static Vector512<float> Apply(Vector512<float> a, Vector512<float> b)
        {
            // Equal numbers differ at most in the sign of zero: the bits' union is the negative one.
            Vector512<float> least = Vector512.ConditionalSelect(Vector512.LessThan(a, b), a, b);
            least = Vector512.ConditionalSelect(Vector512.Equals(a, b), a | b, least);
            least = Vector512.ConditionalSelect(Vector512.Equals(b, b), least, a);
            return Canonical(Vector512.ConditionalSelect(Vector512.Equals(a, a), least, b));
        }
    }

    /// <summary>The other operand where one is NaN; -0 is less than +0.</summary>
    public readonly struct Max : IVector2<float>
    {
        public static float Apply(float a, float b) => Canonical(float.MaxNumber(a, b));

        public static Vector512<float> Apply(Vector512<float> a, Vector512<float> b)
        {
            Vector512<float> most = Vector512.ConditionalSelect(Vector512.GreaterThan(a, b), a, b);
            most = Vector512.ConditionalSelect(Vector512.Equals(a, b), a & b, most);
            most = Vector512.ConditionalSelect(Vector512.Equals(b, b), most, a);
            return Canonical(Vector512.ConditionalSelect(Vector512.Equals(a, a), most, b));
        }
    }

    /// <summary>min.NaN: NaN where either is.</summary>
    public readonly struct MinNaN : ILanes2<float, float, float>
    {
        public static float Apply(float a, float b) => Canonical(MathF.Min(a, b));
    }

    public readonly struct MaxNaN : ILanes2<float, float, float>
    {
        public static float Apply(float a, float b) => Canonical(MathF.Max(a, b));
    }

    /// <summary>copysign: a's sign on b.</summary>
    public readonly struct CopySign : ILanes2<float, float, float>
    {
        public static float Apply(float a, float b) => MathF.CopySign(b, a);
    }
}
