using System.Numerics;
using MolEngine.VirtualGpu.Execution.Lanes;

namespace MolEngine.VirtualGpu.Execution.Arithmetic;

/// <summary>
/// Shifts, counts and fields. Shift amounts are 32-bit and clamp at the width; 16-bit values lie in 32.
/// </summary>
internal static class BitFunctions
{
    public readonly struct ShiftLeft16 : ILanes2<uint, uint, uint>
    {
        public static uint Apply(uint a, uint b) => b > 15 ? 0 : (a << (int)b) & 0xFFFF;
    }

    public readonly struct ShiftLeft32 : ILanes2<uint, uint, uint>
    {
        public static uint Apply(uint a, uint b) => b > 31 ? 0 : a << (int)b;
    }

    public readonly struct ShiftLeft64 : ILanes2<ulong, uint, ulong>
    {
        public static ulong Apply(ulong a, uint b) => b > 63 ? 0 : a << (int)b;
    }

    public readonly struct ShiftRight32 : ILanes2<uint, uint, uint>
    {
        public static uint Apply(uint a, uint b) => b > 31 ? 0 : a >> (int)b;
    }

    public readonly struct ShiftRight64 : ILanes2<ulong, uint, ulong>
    {
        public static ulong Apply(ulong a, uint b) => b > 63 ? 0 : a >> (int)b;
    }

    public readonly struct ShiftRightSigned16 : ILanes2<uint, uint, uint>
    {
        public static uint Apply(uint a, uint b) => (uint)((short)a >> (int)Math.Min(b, 15)) & 0xFFFF;
    }

    public readonly struct ShiftRightSigned32 : ILanes2<int, uint, int>
    {
        public static int Apply(int a, uint b) => a >> (int)Math.Min(b, 31);
    }

    public readonly struct ShiftRightSigned64 : ILanes2<long, uint, long>
    {
        public static long Apply(long a, uint b) => a >> (int)Math.Min(b, 63);
    }

    /// <summary>shf.l: the upper word of (b:a) shifted left; .clamp.</summary>
    public readonly struct FunnelLeftClamp : ILanes3<uint, uint, uint, uint>
    {
        public static uint Apply(uint a, uint b, uint c) => Left(a, b, (int)Math.Min(c, 32));

        public static uint Left(uint a, uint b, int shift) =>
            (uint)((UInt128)(((ulong)b << 32) | a) << shift >> 32);
    }

    public readonly struct FunnelLeftWrap : ILanes3<uint, uint, uint, uint>
    {
        public static uint Apply(uint a, uint b, uint c) => FunnelLeftClamp.Left(a, b, (int)(c & 31));
    }

    /// <summary>shf.r: the lower word of (b:a) shifted right.</summary>
    public readonly struct FunnelRightClamp : ILanes3<uint, uint, uint, uint>
    {
        public static uint Apply(uint a, uint b, uint c) => (uint)((((ulong)b << 32) | a) >> (int)Math.Min(c, 32));
    }

    public readonly struct FunnelRightWrap : ILanes3<uint, uint, uint, uint>
    {
        public static uint Apply(uint a, uint b, uint c) => (uint)((((ulong)b << 32) | a) >> (int)(c & 31));
    }

    public readonly struct PopulationCount<T> : ILanes1<T, uint>
        where T : IBinaryInteger<T>
    {
        public static uint Apply(T a) => uint.CreateTruncating(T.PopCount(a));
    }

    public readonly struct LeadingZeros<T> : ILanes1<T, uint>
        where T : IBinaryInteger<T>
    {
        public static uint Apply(T a) => uint.CreateTruncating(T.LeadingZeroCount(a));
    }

    /// <summary>Position of the highest bit that is not the sign's; all ones where there is none.</summary>
    public readonly struct FindBit<T> : ILanes1<T, uint>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static uint Apply(T a)
        {
            T bits = T.IsNegative(a) ? ~a : a;
            return T.IsZero(bits) ? uint.MaxValue : Width<T>() - 1 - LeadingZeros<T>.Apply(bits);
        }
    }

    /// <summary>bfind.shiftamt: how far to shift left to bring that bit to the top.</summary>
    public readonly struct FindShift<T> : ILanes1<T, uint>
        where T : unmanaged, IBinaryInteger<T>
    {
        public static uint Apply(T a)
        {
            uint position = FindBit<T>.Apply(a);
            return position == uint.MaxValue ? position : Width<T>() - 1 - position;
        }
    }

    public readonly struct Reverse32 : ILanes1<uint, uint>
    {
        public static uint Apply(uint a)
        {
            uint reversed = 0;
            for (int i = 0; i < 32; i++)
                reversed |= (a >> i & 1) << (31 - i);
            return reversed;
        }
    }

    public readonly struct Reverse64 : ILanes1<ulong, ulong>
    {
        public static ulong Apply(ulong a) =>
            ((ulong)Reverse32.Apply((uint)a) << 32) | Reverse32.Apply((uint)(a >> 32));
    }

    /// <summary>bfe: c bits from position b, sign-extended for signed types.</summary>
    public readonly struct Extract<T> : ILanes3<T, uint, uint, T>
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        public static T Apply(T a, uint b, uint c)
        {
            int width = (int)Width<T>(), position = (int)(b & 255), length = (int)(c & 255);
            bool isSigned = T.IsNegative(T.MinValue);
            ulong bits = isSigned ? (ulong)long.CreateTruncating(a) : ulong.CreateTruncating(a);
            ulong sign = !isSigned || length == 0
                ? 0
                : bits >> Math.Min(Math.Min(position + length - 1, width - 1), 63) & 1;
            ulong result = 0;
            for (int i = 0; i < width; i++)
            {
                bool inside = i < length && position + i < width;
                result |= (inside ? bits >> (position + i) & 1 : sign) << i;
            }

            return T.CreateTruncating(result);
        }
    }

    public readonly struct LogicalThree(byte table)
    {
        /// <summary>lop3: bit (4 a + 2 b + c) of the table, bit by bit.</summary>
        public uint Apply(uint a, uint b, uint c)
        {
            uint result = 0;
            for (int row = 0; row < 8; row++)
            {
                if ((table >> row & 1) == 0)
                    continue;
                result |= ((row & 4) != 0 ? a : ~a) & ((row & 2) != 0 ? b : ~b) & ((row & 1) != 0 ? c : ~c);
            }

            return result;
        }
    }

    private static uint Width<T>()
        where T : unmanaged => (uint)System.Runtime.CompilerServices.Unsafe.SizeOf<T>() * 8;
}
