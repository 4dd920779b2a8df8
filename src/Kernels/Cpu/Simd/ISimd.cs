using System.Runtime.Intrinsics;

namespace MolEngine.Kernels.Cpu.Simd;

/// <summary>
/// A width of fp32 vector. Kernels are written once as generic methods over (S, V) with S : ISimd&lt;V&gt;; the JIT
/// compiles one version for each width and inlines these members. <see cref="ScalarSimd"/> is the plain twin of every
/// vector path.
/// </summary>
/// <typeparam name="V">The vector: Vector512&lt;float&gt;, Vector256&lt;float&gt; or float.</typeparam>
internal unsafe interface ISimd<V>
    where V : unmanaged
{
    /// <summary>Elements in a vector.</summary>
    static abstract int Count { get; }

    static abstract V Zero { get; }

    static abstract V Broadcast(float x);

    static abstract V Load(float* p);

    static abstract void Store(float* p, V v);

    /// <summary>Count bf16 values, widened.</summary>
    static abstract V LoadBf16(ushort* p);

    /// <summary>Of 2 Count bf16 values those at even places, widened.</summary>
    static abstract V LoadBf16Even(ushort* p);

    /// <summary>Of 2 Count bf16 values those at odd places, widened.</summary>
    static abstract V LoadBf16Odd(ushort* p);

    /// <summary>The elements at even and at odd places of a and b in a row.</summary>
    static abstract void Deinterleave(V a, V b, out V even, out V odd);

    static abstract V Add(V a, V b);

    static abstract V Subtract(V a, V b);

    static abstract V Multiply(V a, V b);

    static abstract V Divide(V a, V b);

    /// <summary>a * b + c, rounded once.</summary>
    static abstract V FusedMultiplyAdd(V a, V b, V c);

    /// <summary>The larger; NaN where either is NaN; +0 is larger than -0 (IEEE 754-2019 maximum).</summary>
    static abstract V Max(V a, V b);

    /// <summary>The smaller; NaN where either is NaN; -0 is smaller than +0 (IEEE 754-2019 minimum).</summary>
    static abstract V Min(V a, V b);

    static abstract V SquareRoot(V a);

    /// <summary>Rounds to the nearest integer, ties to even.</summary>
    static abstract V Round(V a);

    /// <summary>2^n for integral n in -126 .. 127; some finite number where n is NaN.</summary>
    static abstract V PowerOfTwo(V n);

    /// <summary>a &gt; b ? x : y, elementwise; y where a or b is NaN.</summary>
    static abstract V SelectGreater(V a, V b, V x, V y);

    /// <summary>Bit i is set where a[i] &gt; b[i]; not where either is NaN.</summary>
    static abstract uint GreaterMask(V a, V b);

    /// <summary>Sum of the elements, in a fixed order.</summary>
    static abstract float Sum(V v);

    /// <summary>The sums of the elements of each of four, in a fixed order.</summary>
    static abstract Vector128<float> Sums(V a, V b, V c, V d);

    /// <summary>The largest element; NaN where any is NaN.</summary>
    static abstract float MaxAcross(V v);
}
