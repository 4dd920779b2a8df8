using System.Runtime.CompilerServices;
using MolEngine.Kernels.Cpu.Simd;

namespace MolEngine.Kernels.Cpu.Gemm;

/// <summary>
/// How 2 * Count elements of a row of weights are read as two vectors, and how those of A are laid out to meet them. As
/// a type, so that <see cref="RowDots{S, V}"/> is compiled once for each.
/// </summary>
internal unsafe interface IRowPairs<S, V>
    where S : struct, ISimd<V>
    where V : unmanaged
{
    /// <summary>Bytes of an element of the weights.</summary>
    static abstract int Size { get; }

    static abstract V First(byte* p);

    static abstract V Second(byte* p);

    /// <summary>Two vectors of A, as they follow each other in memory, in the order of the weights.</summary>
    static abstract void Order(V a, V b, out V first, out V second);
}

/// <summary>Weights of fp32: one vector, then the next.</summary>
internal readonly unsafe struct F32Pairs<S, V> : IRowPairs<S, V>
    where S : struct, ISimd<V>
    where V : unmanaged
{
    public static int Size => sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V First(byte* p) => S.Load((float*)p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Second(byte* p) => S.Load((float*)p + S.Count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Order(V a, V b, out V first, out V second) => (first, second) = (a, b);
}

/// <summary>
/// Weights of bf16: the even elements, then the odd ones. Each is one instruction away from a pair in 32 bits, where
/// widening in order takes a shuffle more.
/// </summary>
internal readonly unsafe struct Bf16Pairs<S, V> : IRowPairs<S, V>
    where S : struct, ISimd<V>
    where V : unmanaged
{
    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V First(byte* p) => S.LoadBf16Even((ushort*)p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Second(byte* p) => S.LoadBf16Odd((ushort*)p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Order(V a, V b, out V first, out V second) => S.Deinterleave(a, b, out first, out second);
}
