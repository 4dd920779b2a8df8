using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Vector = System.Runtime.Intrinsics.Vector512<float>;

namespace MolEngine.Kernels.Cpu.Gemm;

/// <summary>16 x 16 transposes: four rows at a time inside 128-bit lanes, then the lanes of four such groups.</summary>
internal static unsafe class Transpose512
{
    public static void Block(float* from, nint step, int rows, float* to, nint stepTo) =>
        Units((byte*)from, step * sizeof(float), rows, to, stepTo);

    /// <summary>Pairs of bf16 as <see cref="Block"/> moves fp32, for pairs below 16; they stay pairs.</summary>
    public static void BlockOfPairs(ushort* from, nint step, int rows, float* to, nint stepTo) =>
        Units((byte*)from, step * sizeof(ushort), rows, to, stepTo);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Units(byte* from, nint bytes, int rows, float* to, nint stepTo)
    {
        Columns(from, bytes, rows, 0, out Vector a0, out Vector a1, out Vector a2, out Vector a3);
        Columns(from, bytes, rows, 4, out Vector b0, out Vector b1, out Vector b2, out Vector b3);
        Columns(from, bytes, rows, 8, out Vector c0, out Vector c1, out Vector c2, out Vector c3);
        Columns(from, bytes, rows, 12, out Vector d0, out Vector d1, out Vector d2, out Vector d3);
        Lanes(ref a0, ref b0, ref c0, ref d0);
        Lanes(ref a1, ref b1, ref c1, ref d1);
        Lanes(ref a2, ref b2, ref c2, ref d2);
        Lanes(ref a3, ref b3, ref c3, ref d3);
        Store4(a0, a1, a2, a3, to, stepTo);
        Store4(b0, b1, b2, b3, to + (4 * stepTo), stepTo);
        Store4(c0, c1, c2, c3, to + (8 * stepTo), stepTo);
        Store4(d0, d1, d2, d3, to + (12 * stepTo), stepTo);
    }

    /// <summary>
    /// Pairs of bf16 are moved as 32-bit units, which halves the shuffles; the low half of a unit is the even k, the
    /// high half the odd.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void BlockBf16(ushort* from, nint step, int rows, float* to, nint stepTo)
    {
        nint bytes = step * sizeof(ushort);
        Columns((byte*)from, bytes, rows, 0, out Vector a0, out Vector a1, out Vector a2, out Vector a3);
        Columns((byte*)from, bytes, rows, 4, out Vector b0, out Vector b1, out Vector b2, out Vector b3);
        Columns((byte*)from, bytes, rows, 8, out Vector c0, out Vector c1, out Vector c2, out Vector c3);
        Columns((byte*)from, bytes, rows, 12, out Vector d0, out Vector d1, out Vector d2, out Vector d3);
        Lanes(ref a0, ref b0, ref c0, ref d0);
        Lanes(ref a1, ref b1, ref c1, ref d1);
        Lanes(ref a2, ref b2, ref c2, ref d2);
        Lanes(ref a3, ref b3, ref c3, ref d3);
        Widen4(a0, a1, a2, a3, to, stepTo);
        Widen4(b0, b1, b2, b3, to + (8 * stepTo), stepTo);
        Widen4(c0, c1, c2, c3, to + (16 * stepTo), stepTo);
        Widen4(d0, d1, d2, d3, to + (24 * stepTo), stepTo);
    }

    /// <summary>Rows first .. first + 3; lane l of output c holds their elements of column 4 l + c.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Columns(
        byte* from, nint step, int rows, int first, out Vector c0, out Vector c1, out Vector c2, out Vector c3)
    {
        Vector r0 = Row(from, step, rows, first), r1 = Row(from, step, rows, first + 1);
        Vector r2 = Row(from, step, rows, first + 2), r3 = Row(from, step, rows, first + 3);
        Vector512<double> low01 = Avx512F.UnpackLow(r0, r1).AsDouble(), high01 = Avx512F.UnpackHigh(r0, r1).AsDouble();
        Vector512<double> low23 = Avx512F.UnpackLow(r2, r3).AsDouble(), high23 = Avx512F.UnpackHigh(r2, r3).AsDouble();
        c0 = Avx512F.UnpackLow(low01, low23).AsSingle();
        c1 = Avx512F.UnpackHigh(low01, low23).AsSingle();
        c2 = Avx512F.UnpackLow(high01, high23).AsSingle();
        c3 = Avx512F.UnpackHigh(high01, high23).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector Row(byte* from, nint step, int rows, int i) =>
        i < rows ? Vector512.Load((float*)(from + (i * step))) : Vector.Zero;

    /// <summary>A 4 x 4 transpose of 128-bit lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Lanes(ref Vector a, ref Vector b, ref Vector c, ref Vector d)
    {
        Vector evenAb = Avx512F.Shuffle4x128(a, b, 0x88), oddAb = Avx512F.Shuffle4x128(a, b, 0xdd);
        Vector evenCd = Avx512F.Shuffle4x128(c, d, 0x88), oddCd = Avx512F.Shuffle4x128(c, d, 0xdd);
        a = Avx512F.Shuffle4x128(evenAb, evenCd, 0x88);
        b = Avx512F.Shuffle4x128(oddAb, oddCd, 0x88);
        c = Avx512F.Shuffle4x128(evenAb, evenCd, 0xdd);
        d = Avx512F.Shuffle4x128(oddAb, oddCd, 0xdd);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store4(
        Vector r0, Vector r1, Vector r2, Vector r3, float* to, nint step)
    {
        r0.Store(to);
        r1.Store(to + step);
        r2.Store(to + (2 * step));
        r3.Store(to + (3 * step));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen4(
        Vector r0, Vector r1, Vector r2, Vector r3, float* to, nint step)
    {
        Store4(Even(r0), Odd(r0), Even(r1), Odd(r1), to, step);
        Store4(Even(r2), Odd(r2), Even(r3), Odd(r3), to + (4 * step), step);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector Even(Vector pairs) => Vector512.ShiftLeft(pairs.AsUInt32(), 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector Odd(Vector pairs) => (pairs.AsUInt32() & Vector512.Create(0xffff0000u)).AsSingle();
}
