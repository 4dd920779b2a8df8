using System.Numerics;
using System.Runtime.Intrinsics;
using MolEngine.VirtualGpu.Execution.Lanes;

namespace MolEngine.VirtualGpu.Execution.Arithmetic;

/// <summary>
/// setp's comparisons. Those of floats are false where an operand is NaN; the unordered ones (ltu ..) are true.
/// </summary>
internal static class Comparisons
{
    public readonly struct Equal<T> : ICompare<T>
        where T : unmanaged, INumber<T>
    {
        public static bool Apply(T a, T b) => a == b;

        public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => Vector512.Equals(a, b);
    }

    public readonly struct Less<T> : ICompare<T>
        where T : unmanaged, INumber<T>
    {
        public static bool Apply(T a, T b) => a < b;

        public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => Vector512.LessThan(a, b);
    }

    public readonly struct LessOrEqual<T> : ICompare<T>
        where T : unmanaged, INumber<T>
    {
        public static bool Apply(T a, T b) => a <= b;

        public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => Vector512.LessThanOrEqual(a, b);
    }

    /// <summary>Ordered and different.</summary>
    public readonly struct NotEqual<T> : ICompare<T>
        where T : unmanaged, INumber<T>
    {
        public static bool Apply(T a, T b) => a < b || a > b;

        public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) =>
            Vector512.LessThan(a, b) | Vector512.GreaterThan(a, b);
    }

    /// <summary>num: neither operand is NaN.</summary>
    public readonly struct Ordered<T> : ICompare<T>
        where T : unmanaged, INumber<T>
    {
        public static bool Apply(T a, T b) => !T.IsNaN(a) && !T.IsNaN(b);

        public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) =>
            Vector512.Equals(a, a) & Vector512.Equals(b, b);
    }

    /// <summary>The complement: the unordered form of the opposite comparison.</summary>
    public readonly struct Not<T, TOp> : ICompare<T>
        where T : unmanaged, INumber<T>
        where TOp : ICompare<T>
    {
        public static bool Apply(T a, T b) => !TOp.Apply(a, b);

        public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => ~TOp.Apply(a, b);
    }

    public readonly struct Swapped<T, TOp> : ICompare<T>
        where T : unmanaged, INumber<T>
        where TOp : ICompare<T>
    {
        public static bool Apply(T a, T b) => TOp.Apply(b, a);

        public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => TOp.Apply(b, a);
    }

    /// <summary>A comparison of fp32 with .ftz.</summary>
    public readonly struct Ftz<TOp> : ICompare<float>
        where TOp : ICompare<float>
    {
        public static bool Apply(float a, float b) => TOp.Apply(Flush.Zero(a), Flush.Zero(b));

        public static Vector512<float> Apply(Vector512<float> a, Vector512<float> b) =>
            TOp.Apply(Flush.Zero(a), Flush.Zero(b));
    }

    /// <summary>A comparison of 16-bit integers, which lie zero-extended in 32-bit lanes.</summary>
    public readonly struct Signed16<TOp> : ICompare<int>
        where TOp : ICompare<int>
    {
        public static bool Apply(int a, int b) => TOp.Apply((short)a, (short)b);

        public static Vector512<int> Apply(Vector512<int> a, Vector512<int> b) =>
            TOp.Apply((a << 16) >> 16, (b << 16) >> 16);
    }

    /// <summary>A comparison of fp16 or bf16.</summary>
    public readonly struct Half<TFormat, TOp> : ICompare<uint>
        where TFormat : IHalfFormat
        where TOp : ICompare<double>
    {
        public static bool Apply(uint a, uint b) => TOp.Apply(TFormat.Decode(a), TFormat.Decode(b));

        public static Vector512<uint> Apply(Vector512<uint> a, Vector512<uint> b)
        {
            Vector512<uint> result = default;
            for (int i = 0; i < Vector512<uint>.Count; i++)
                result = result.WithElement(i, Apply(a[i], b[i]) ? uint.MaxValue : 0);
            return result;
        }
    }
}
