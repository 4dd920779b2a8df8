using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Vector = System.Runtime.Intrinsics.Vector256<float>;

namespace MolEngine.Kernels.Cpu.Gemm;

/// <summary>8 x 8 transposes: four rows at a time inside 128-bit lanes, then the lanes of the two groups.</summary>
internal static unsafe class Transpose256
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Block(float* from, nint step, int rows, float* to, nint stepTo)
    {
        nint bytes = step * sizeof(float);
        Columns((byte*)from, bytes, rows, 0, out Vector a0, out Vector a1, out Vector a2, out Vector a3);
        Columns((byte*)from, bytes, rows, 4, out Vector b0, out Vector b1, out Vector b2, out Vector b3);
        Store4(Lower(a0, b0), Lower(a1, b1), Lower(a2, b2), Lower(a3, b3), to, stepTo);
        Store4(Upper(a0, b0), Upper(a1, b1), Upper(a2, b2), Upper(a3, b3), to + (4 * stepTo), stepTo);
    }

    /// <summary>
    /// Pairs of bf16 are moved as 32-bit units; the low half of a unit is the even k, the high half the odd.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void BlockBf16(ushort* from, nint step, int rows, float* to, nint stepTo)
    {
        nint bytes = step * sizeof(ushort);
        Columns((byte*)from, bytes, rows, 0, out Vector a0, out Vector a1, out Vector a2, out Vector a3);
        Columns((byte*)from, bytes, rows, 4, out Vector b0, out Vector b1, out Vector b2, out Vector b3);
        Widen2(Lower(a0, b0), Lower(a1, b1), to, stepTo);
        Widen2(Lower(a2, b2), Lower(a3, b3), to + (4 * stepTo), stepTo);
        Widen2(Upper(a0, b0), Upper(a1, b1), to + (8 * stepTo), stepTo);
        Widen2(Upper(a2, b2), Upper(a3, b3), to + (12 * stepTo), stepTo);
    }

    /// <summary>Rows first .. first + 3; lane l of output c holds their elements of column 4 l + c.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Columns(
        byte* from, nint step, int rows, int first, out Vector c0, out Vector c1, out Vector c2, out Vector c3)
    {
        Vector r0 = Row(from, step, rows, first), r1 = Row(from, step, rows, first + 1);
        Vector r2 = Row(from, step, rows, first + 2), r3 = Row(from, step, rows, first + 3);
        Vector256<double> low01 = Avx.UnpackLow(r0, r1).AsDouble(), high01 = Avx.UnpackHigh(r0, r1).AsDouble();
        Vector256<double> low23 = Avx.UnpackLow(r2, r3).AsDouble(), high23 = Avx.UnpackHigh(r2, r3).AsDouble();
        c0 = Avx.UnpackLow(low01, low23).AsSingle();
        c1 = Avx.UnpackHigh(low01, low23).AsSingle();
        c2 = Avx.UnpackLow(high01, high23).AsSingle();
        c3 = Avx.UnpackHigh(high01, high23).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector Row(byte* from, nint step, int rows, int i) =>
        i < rows ? Vector256.Load((float*)(from + (i * step))) : Vector.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector Lower(Vector a, Vector b) => Avx.Permute2x128(a, b, 0x20);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector Upper(Vector a, Vector b) => Avx.Permute2x128(a, b, 0x31);

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
    private static void Widen2(Vector r0, Vector r1, float* to, nint step) =>
        Store4(Even(r0), Odd(r0), Even(r1), Odd(r1), to, step);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector Even(Vector pairs) => Vector256.ShiftLeft(pairs.AsUInt32(), 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector Odd(Vector pairs) => (pairs.AsUInt32() & Vector256.Create(0xffff0000u)).AsSingle();
}
