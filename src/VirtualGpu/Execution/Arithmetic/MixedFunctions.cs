using MolEngine.VirtualGpu.Execution.Lanes;

namespace MolEngine.VirtualGpu.Execution.Arithmetic;

/// <summary>Moves, permutations, conditional selections and dot products of bytes.</summary>
internal static class MixedFunctions
{
    public readonly struct Identity<T> : IVector1<T>
        where T : unmanaged
    {
        public static T Apply(T a) => a;

        public static System.Runtime.Intrinsics.Vector512<T> Apply(System.Runtime.Intrinsics.Vector512<T> a) => a;
    }

    /// <summary>A generic address minus or plus the start of a window.</summary>
    public readonly struct Subtract : ILanes2<ulong, ulong, ulong>
    {
        public static ulong Apply(ulong a, ulong b) => a - b;
    }

    /// <summary>prmt: each nibble of c chooses a byte of (b:a); its top bit asks for the byte's sign instead.</summary>
    public readonly struct Permute : ILanes3<uint, uint, uint, uint>
    {
        public static uint Apply(uint a, uint b, uint c)
        {
            ulong both = ((ulong)b << 32) | a;
            uint result = 0;
            for (int i = 0; i < 4; i++)
            {
                uint selector = c >> (4 * i) & 15;
                uint chosen = (uint)(both >> (int)(8 * (selector & 7))) & 0xFF;
                if ((selector & 8) != 0)
                    chosen = (chosen & 0x80) != 0 ? 0xFFu : 0;
                result |= chosen << (8 * i);
            }

            return result;
        }
    }

    public readonly struct SelectNotNegative : ILanes3<uint, uint, int, uint>
    {
        public static uint Apply(uint a, uint b, int c) => c >= 0 ? a : b;
    }

    /// <summary>NaN chooses b.</summary>
    public readonly struct SelectNotNegativeFloat : ILanes3<uint, uint, float, uint>
    {
        public static uint Apply(uint a, uint b, float c) => c >= 0 ? a : b;
    }

    public readonly struct DotSigned : ILanes3<uint, uint, uint, uint>
    {
        public static uint Apply(uint a, uint b, uint c)
        {
            for (int i = 0; i < 32; i += 8)
                c += (uint)((sbyte)(a >> i) * (sbyte)(b >> i));
            return c;
        }
    }

    public readonly struct DotUnsigned : ILanes3<uint, uint, uint, uint>
    {
        public static uint Apply(uint a, uint b, uint c)
        {
            for (int i = 0; i < 32; i += 8)
                c += (uint)((byte)(a >> i) * (byte)(b >> i));
            return c;
        }
    }
}
