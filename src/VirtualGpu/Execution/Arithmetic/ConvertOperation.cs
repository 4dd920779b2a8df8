using System.Numerics;

namespace MolEngine.VirtualGpu.Execution.Arithmetic;

/// <summary>cvt in general: any number to any other, with rounding, saturation and flushing.</summary>
/// <param name="sourceIsWide">Whether the source register has 64 bits.</param>
/// <param name="targetBytes">Bytes of the destination register: narrower results are extended to it.</param>
internal sealed unsafe class ConvertOperation(
    int d, int targetBytes, NumberKind to, int a, bool sourceIsWide, NumberKind from, RoundingMode mode,
    bool toInteger, bool saturate, bool flush) : Operation
{
    public override void Execute(Warp warp, uint mask)
    {
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            ulong bits = sourceIsWide
                ? ((ulong*)(warp.Registers + a))[lane]
                : ((uint*)(warp.Registers + a))[lane];
            ulong result = Apply(bits);
            if (targetBytes == 8)
                ((ulong*)(warp.Registers + d))[lane] = result;
            else
                ((uint*)(warp.Registers + d))[lane] = targetBytes == 2 ? (ushort)result : (uint)result;
        }
    }

    /// <summary>One lane, from bits to bits.</summary>
    public ulong Apply(ulong bits)
    {
        if (from >= NumberKind.F16)
        {
            double value = Decode(bits);
            return to >= NumberKind.F16 ? ToFloat(value) : FromFloat(value);
        }

        Int128 whole = Whole(bits);
        if (to < NumberKind.F16)
            return (ulong)(saturate ? Int128.Clamp(whole, Least, Most) : Wrapped(whole));
        return FloatOfWhole(whole);
    }

    private Int128 Least => to switch
    {
        NumberKind.S8 => sbyte.MinValue,
        NumberKind.S16 => short.MinValue,
        NumberKind.S32 => int.MinValue,
        NumberKind.S64 => long.MinValue,
        _ => 0,
    };

    private Int128 Most => to switch
    {
        NumberKind.U8 => byte.MaxValue,
        NumberKind.S8 => sbyte.MaxValue,
        NumberKind.U16 => ushort.MaxValue,
        NumberKind.S16 => short.MaxValue,
        NumberKind.U32 => uint.MaxValue,
        NumberKind.S32 => int.MaxValue,
        NumberKind.U64 => ulong.MaxValue,
        _ => long.MaxValue,
    };

    private Int128 Whole(ulong bits) => from switch
    {
        NumberKind.U8 => (byte)bits,
        NumberKind.S8 => (sbyte)bits,
        NumberKind.U16 => (ushort)bits,
        NumberKind.S16 => (short)bits,
        NumberKind.U32 => (uint)bits,
        NumberKind.S32 => (int)bits,
        NumberKind.U64 => bits,
        _ => (long)bits,
    };

    private Int128 Wrapped(Int128 whole) => to switch
    {
        NumberKind.U8 => (byte)(ulong)whole,
        NumberKind.S8 => (sbyte)(ulong)whole,
        NumberKind.U16 => (ushort)(ulong)whole,
        NumberKind.S16 => (short)(ulong)whole,
        NumberKind.U32 => (uint)(ulong)whole,
        NumberKind.S32 => (int)(ulong)whole,
        _ => (ulong)whole,
    };

    private double Decode(ulong bits)
    {
        double value = from switch
        {
            NumberKind.F16 => Float16Format.Decode((uint)bits & 0xFFFF),
            NumberKind.BF16 => BFloat16Format.Decode((uint)bits & 0xFFFF),
            NumberKind.F32 => BitConverter.UInt32BitsToSingle((uint)bits),
            _ => BitConverter.UInt64BitsToDouble(bits),
        };
        return flush && from == NumberKind.F32 ? Flush.Zero((float)value) : value;
    }

    /// <summary>NaN becomes 0; what is out of range becomes the nearest integer in it.</summary>
    private ulong FromFloat(double value)
    {
        if (double.IsNaN(value))
            return 0;
        double whole = FloatFormat.Whole(value, mode);
        if (whole <= (double)Least)
            return (ulong)Least;
        return whole >= (double)Most ? (ulong)Most : (ulong)(Int128)whole;
    }

    private ulong ToFloat(double value)
    {
        if (toInteger && double.IsFinite(value))
            value = Math.CopySign(FloatFormat.Whole(value, mode), value);
        if (saturate)
            value = value > 0 ? Math.Min(value, 1) : 0;
        ulong bits = Encode(value);
        return flush && to == NumberKind.F32
            ? BitConverter.SingleToUInt32Bits(Flush.Zero(BitConverter.UInt32BitsToSingle((uint)bits)))
            : bits;
    }

    private ulong FloatOfWhole(Int128 whole)
    {
        if (saturate)
            whole = Int128.Clamp(whole, 0, 1);

        // Up to 53 bits are exact in double; beyond, what is cut off is kept as the last bit (round to odd).
        UInt128 size = (UInt128)Int128.Abs(whole);
        int surplus = Math.Max(0, 128 - (int)UInt128.LeadingZeroCount(size) - 53);
        if (to == NumberKind.F64 && surplus > 0)
            return BitConverter.DoubleToUInt64Bits(Wide(whole, size, surplus));
        UInt128 kept = size >> surplus;
        if (kept << surplus != size)
            kept |= 1;
        double value = Math.ScaleB((double)kept, surplus);
        return Encode(whole < 0 ? -value : value);
    }

    private double Wide(Int128 whole, UInt128 size, int surplus)
    {
        double scaled = (double)(size >> surplus);
        double rest = (double)(size - ((size >> surplus) << surplus)) * Math.ScaleB(1, -surplus);
        bool up = mode switch
        {
            RoundingMode.Down => whole < 0 && rest > 0,
            RoundingMode.Up => whole > 0 && rest > 0,
            RoundingMode.NearestEven => rest > 0.5 || (rest == 0.5 && scaled % 2 != 0),
            _ => false,
        };
        double value = Math.ScaleB(up ? scaled + 1 : scaled, surplus);
        return whole < 0 ? -value : value;
    }

    private ulong Encode(double value)
    {
        switch (to)
        {
            case NumberKind.F16:
                return Float16Format.Encode(value, mode);
            case NumberKind.BF16:
                return BFloat16Format.Encode(value, mode);
            case NumberKind.F32:
                float rounded = double.IsNaN(value)
                    ? FloatFunctions.CanonicalNaN
                    : (float)FloatFormat.Single.Round(value, mode);
                return BitConverter.SingleToUInt32Bits(rounded);
            default:
                return double.IsNaN(value) ? 0x7FF8_0000_0000_0000 : BitConverter.DoubleToUInt64Bits(value);
        }
    }
}
