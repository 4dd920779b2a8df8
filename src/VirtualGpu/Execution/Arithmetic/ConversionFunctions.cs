using MolEngine.VirtualGpu.Execution.Lanes;

namespace MolEngine.VirtualGpu.Execution.Arithmetic;

/// <summary>The conversions that kernels are full of, without the general one's detours.</summary>
internal static class ConversionFunctions
{
    public readonly struct ZeroExtend : ILanes1<uint, ulong>
    {
        public static ulong Apply(uint a) => a;
    }

    public readonly struct SignExtend : ILanes1<int, long>
    {
        public static long Apply(int a) => a;
    }

    public readonly struct Truncate : ILanes1<ulong, uint>
    {
        public static uint Apply(ulong a) => (uint)a;
    }

    public readonly struct SingleOfInt : ILanes1<int, float>
    {
        public static float Apply(int a) => a;
    }

    public readonly struct SingleOfUInt : ILanes1<uint, float>
    {
        public static float Apply(uint a) => a;
    }

    public readonly struct SingleOfBFloat16 : ILanes1<uint, uint>
    {
        public static uint Apply(uint a) => BitConverter.SingleToUInt32Bits(
            FloatFunctions.Canonical(BitConverter.UInt32BitsToSingle(a << 16)));
    }

    /// <summary>Nearest even.</summary>
    public readonly struct BFloat16OfSingle : ILanes1<uint, uint>
    {
        public static uint Apply(uint a)
        {
            if ((a & 0x7FFFFFFF) > 0x7F800000)
                return 0x7FFF;
            return (a + 0x7FFF + (a >> 16 & 1)) >> 16;
        }
    }

    /// <summary>cvt.rn.bf16x2.f32 d, a, b: a in the upper half.</summary>
    public readonly struct PackBFloat16 : ILanes2<uint, uint, uint>
    {
        public static uint Apply(uint a, uint b) => (BFloat16OfSingle.Apply(a) << 16) | BFloat16OfSingle.Apply(b);
    }

    public readonly struct PackBFloat16TowardZero : ILanes2<uint, uint, uint>
    {
        public static uint Apply(uint a, uint b) => (Cut(a) << 16) | Cut(b);

        private static uint Cut(uint a) => (a & 0x7FFFFFFF) > 0x7F800000 ? 0x7FFF : a >> 16;
    }

    public readonly struct PackHalf : ILanes2<float, float, uint>
    {
        public static uint Apply(float a, float b) => (Float16Format.Encode(a, RoundingMode.NearestEven) << 16)
            | Float16Format.Encode(b, RoundingMode.NearestEven);
    }

    /// <summary>cvt.rna.tf32.f32: 10 bits of fraction, the rest zero.</summary>
    public readonly struct Tf32OfSingle : ILanes1<uint, uint>
    {
        public static uint Apply(uint a)
        {
            if ((a & 0x7FFFFFFF) > 0x7F800000)
                return 0x7FFFFFFF;
            return (a & 0x7F800000) == 0x7F800000 ? a : (a + 0x1000) & ~0x1FFFu;
        }
    }
}
