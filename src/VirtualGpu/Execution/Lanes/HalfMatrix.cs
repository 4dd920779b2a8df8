using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MolEngine.VirtualGpu.Execution.Lanes;

/// <summary>8x8 matrices of 16 bits, row by row: what ldmatrix and the operands of mma are made of.</summary>
internal static unsafe class HalfMatrix
{
    public const int Rows = 8;

    /// <param name="rows">Rows of 16 bytes each.</param>
    /// <param name="to">64 numbers; apart from the rows.</param>
    public static void Transpose(ushort** rows, ushort* to)
    {
        if (Sse2.IsSupported)
            TransposeByUnpacking(rows, to);
        else
            TransposeOneByOne(rows, to);
    }

    /// <summary>The twin of a host without vectors.</summary>
    public static void TransposeOneByOne(ushort** rows, ushort* to)
    {
        for (int i = 0; i < Rows; i++)
        {
            for (int j = 0; j < Rows; j++)
                to[(j * Rows) + i] = rows[i][j];
        }
    }

    private static void TransposeByUnpacking(ushort** rows, ushort* to)
    {
        Vector128<ushort> r0 = Vector128.Load(rows[0]), r1 = Vector128.Load(rows[1]);
        Vector128<ushort> r2 = Vector128.Load(rows[2]), r3 = Vector128.Load(rows[3]);
        Vector128<ushort> r4 = Vector128.Load(rows[4]), r5 = Vector128.Load(rows[5]);
        Vector128<ushort> r6 = Vector128.Load(rows[6]), r7 = Vector128.Load(rows[7]);

        // Pairs of rows, then fours, then eights: the columns of a row's half at a time.
        Half(Sse2.UnpackLow(r0, r1), Sse2.UnpackLow(r2, r3), Sse2.UnpackLow(r4, r5), Sse2.UnpackLow(r6, r7), to);
        Half(Sse2.UnpackHigh(r0, r1), Sse2.UnpackHigh(r2, r3), Sse2.UnpackHigh(r4, r5), Sse2.UnpackHigh(r6, r7),
            to + 32);
    }

    private static void Half(
        Vector128<ushort> pair0, Vector128<ushort> pair1, Vector128<ushort> pair2, Vector128<ushort> pair3, ushort* to)
    {
        Vector128<uint> a = pair0.AsUInt32(), b = pair1.AsUInt32(), c = pair2.AsUInt32(), d = pair3.AsUInt32();
        Vector128<ulong> low0 = Sse2.UnpackLow(a, b).AsUInt64(), low1 = Sse2.UnpackHigh(a, b).AsUInt64();
        Vector128<ulong> high0 = Sse2.UnpackLow(c, d).AsUInt64(), high1 = Sse2.UnpackHigh(c, d).AsUInt64();
        Sse2.UnpackLow(low0, high0).AsUInt16().Store(to);
        Sse2.UnpackHigh(low0, high0).AsUInt16().Store(to + 8);
        Sse2.UnpackLow(low1, high1).AsUInt16().Store(to + 16);
        Sse2.UnpackHigh(low1, high1).AsUInt16().Store(to + 24);
    }
}
