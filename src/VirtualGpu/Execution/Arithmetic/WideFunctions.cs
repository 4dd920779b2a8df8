using MolEngine.VirtualGpu.Execution.Lanes;

namespace MolEngine.VirtualGpu.Execution.Arithmetic;

/// <summary>mul.wide and mad.wide: the whole product, twice as wide as the factors.</summary>
internal static class WideFunctions
{
    public readonly struct Multiply : ILanes2<uint, uint, ulong>
    {
        public static ulong Apply(uint a, uint b) => (ulong)a * b;
    }

    public readonly struct MultiplySigned : ILanes2<int, int, long>
    {
        public static long Apply(int a, int b) => (long)a * b;
    }

    public readonly struct Multiply16 : ILanes2<uint, uint, uint>
    {
        public static uint Apply(uint a, uint b) => a * b;
    }

    public readonly struct MultiplySigned16 : ILanes2<uint, uint, uint>
    {
        public static uint Apply(uint a, uint b) => (uint)((short)a * (short)b);
    }

    public readonly struct MultiplyAdd : ILanes3<uint, uint, ulong, ulong>
    {
        public static ulong Apply(uint a, uint b, ulong c) => ((ulong)a * b) + c;
    }

    public readonly struct MultiplyAddSigned : ILanes3<int, int, long, long>
    {
        public static long Apply(int a, int b, long c) => unchecked(((long)a * b) + c);
    }

    public readonly struct MultiplyAdd16 : ILanes3<uint, uint, uint, uint>
    {
        public static uint Apply(uint a, uint b, uint c) => (a * b) + c;
    }

    public readonly struct MultiplyAddSigned16 : ILanes3<uint, uint, uint, uint>
    {
        public static uint Apply(uint a, uint b, uint c) => (uint)((short)a * (short)b) + c;
    }
}
