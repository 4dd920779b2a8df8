using MolEngine.VirtualGpu.Execution.Lanes;

namespace MolEngine.VirtualGpu.Execution.Arithmetic;

/// <summary>
/// fp16 and bf16 arithmetic with one rounding. Sums and products of 11-bit numbers are exact in double, or rounded to
/// odd, so the second rounding is the only one that counts.
/// </summary>
internal static class HalfFunctions
{
    public interface IHalf2
    {
        static abstract double Apply(double a, double b);
    }

    public readonly struct Add : IHalf2
    {
        public static double Apply(double a, double b) => Exact.Add(a, b);
    }

    public readonly struct Subtract : IHalf2
    {
        public static double Apply(double a, double b) => Exact.Add(a, -b);
    }

    public readonly struct Multiply : IHalf2
    {
        public static double Apply(double a, double b) => a * b;
    }

    public readonly struct Min : IHalf2
    {
        public static double Apply(double a, double b) => double.MinNumber(a, b);
    }

    public readonly struct Max : IHalf2
    {
        public static double Apply(double a, double b) => double.MaxNumber(a, b);
    }

    public readonly struct MinNaN : IHalf2
    {
        public static double Apply(double a, double b) => Math.Min(a, b);
    }

    public readonly struct MaxNaN : IHalf2
    {
        public static double Apply(double a, double b) => Math.Max(a, b);
    }

    public readonly struct One2<TFormat, TF> : ILanes2<uint, uint, uint>
        where TFormat : IHalfFormat
        where TF : IHalf2
    {
        public static uint Apply(uint a, uint b) => TFormat.Encode(
            TF.Apply(TFormat.Decode(a & 0xFFFF), TFormat.Decode(b & 0xFFFF)), RoundingMode.NearestEven);
    }

    public readonly struct Packed2<TFormat, TF> : ILanes2<uint, uint, uint>
        where TFormat : IHalfFormat
        where TF : IHalf2
    {
        public static uint Apply(uint a, uint b) =>
            One2<TFormat, TF>.Apply(a, b) | (One2<TFormat, TF>.Apply(a >> 16, b >> 16) << 16);
    }

    public readonly struct MultiplyAdd<TFormat> : ILanes3<uint, uint, uint, uint>
        where TFormat : IHalfFormat
    {
        public static uint Apply(uint a, uint b, uint c) => TFormat.Encode(
            Exact.MultiplyAdd(TFormat.Decode(a & 0xFFFF), TFormat.Decode(b & 0xFFFF), TFormat.Decode(c & 0xFFFF)),
            RoundingMode.NearestEven);
    }

    public readonly struct PackedMultiplyAdd<TFormat> : ILanes3<uint, uint, uint, uint>
        where TFormat : IHalfFormat
    {
        public static uint Apply(uint a, uint b, uint c) =>
            MultiplyAdd<TFormat>.Apply(a, b, c) | (MultiplyAdd<TFormat>.Apply(a >> 16, b >> 16, c >> 16) << 16);
    }

    public readonly struct Negate : ILanes1<uint, uint>
    {
        public static uint Apply(uint a) => a ^ 0x8000;
    }

    public readonly struct PackedNegate : ILanes1<uint, uint>
    {
        public static uint Apply(uint a) => a ^ 0x80008000;
    }

    public readonly struct Absolute : ILanes1<uint, uint>
    {
        public static uint Apply(uint a) => a & 0x7FFF;
    }

    public readonly struct PackedAbsolute : ILanes1<uint, uint>
    {
        public static uint Apply(uint a) => a & 0x7FFF7FFF;
    }
}
