using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MolEngine.Kernels.Cpu.Gemm;

/// <summary>
/// fp32 to bf16: to the nearest, ties to even; subnormal numbers are zeros, as the processor's products take them
/// (Intel's manual, VCVTNEPS2BF16); NaN stays NaN.
/// </summary>
internal static unsafe class Bf16Rounding
{
    private const uint Half = 0x7fff, Quiet = 0x400000, Magnitude = 0x7fffffff, LeastNormal = 0x800000;
    private const uint Infinity = 0x7f800000, Sign = 0x80000000;

    /// <summary>The bf16 in the upper half, zeros in the lower: the rounded number as fp32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Upper(Vector512<float> x)
    {
        Vector512<uint> bits = x.AsUInt32(), magnitude = bits & Vector512.Create(Magnitude);
        Vector512<uint> odd = Vector512.ShiftRightLogical(bits, 16) & Vector512<uint>.One;
        Vector512<uint> rounded = bits + odd + Vector512.Create(Half);
        rounded = Vector512.ConditionalSelect(
            Vector512.LessThan(magnitude, Vector512.Create(LeastNormal)), bits & Vector512.Create(Sign), rounded);
        rounded = Vector512.ConditionalSelect(
            Vector512.GreaterThan(magnitude, Vector512.Create(Infinity)), bits | Vector512.Create(Quiet), rounded);
        return rounded & Vector512.Create(0xffff0000u);
    }

    /// <summary>32 numbers in a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ushort> Both(Vector512<float> low, Vector512<float> high) => Vector512.Narrow(
        Vector512.ShiftRightLogical(Upper(low), 16), Vector512.ShiftRightLogical(Upper(high), 16));

    /// <summary>The same of one number.</summary>
    public static uint Upper(float x)
    {
        uint bits = BitConverter.SingleToUInt32Bits(x), magnitude = bits & Magnitude;
        if (magnitude > Infinity)
            return (bits | Quiet) & 0xffff0000;
        return magnitude < LeastNormal ? bits & Sign : (bits + ((bits >> 16) & 1) + Half) & 0xffff0000;
    }

    /// <summary>x = its rounded value.</summary>
    public static void InPlace(float* x, int count)
    {
        int i = 0;
        for (; Vector512.IsHardwareAccelerated && i + 16 <= count; i += 16)
            Upper(Vector512.Load(x + i)).AsSingle().Store(x + i);
        for (; i < count; i++)
            x[i] = BitConverter.UInt32BitsToSingle(Upper(x[i]));
    }
}
