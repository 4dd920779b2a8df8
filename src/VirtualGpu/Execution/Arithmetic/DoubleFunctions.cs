using System.Runtime.Intrinsics;
using MolEngine.VirtualGpu.Execution.Lanes;

namespace MolEngine.VirtualGpu.Execution.Arithmetic;

/// <summary>fp64 arithmetic rounded to nearest even.</summary>
internal static class DoubleFunctions
{
    private const ulong CanonicalNaN = 0x7FF8_0000_0000_0000;

    private static double Canonical(double value) =>
        double.IsNaN(value) ? BitConverter.UInt64BitsToDouble(CanonicalNaN) : value;

    private static Vector512<double> Canonical(Vector512<double> value) => Vector512.ConditionalSelect(
        Vector512.Equals(value, value), value, Vector512.Create(CanonicalNaN).AsDouble());

    public readonly struct Add : IVector2<double>
    {
        public static double Apply(double a, double b) => Canonical(a + b);

        public static Vector512<double> Apply(Vector512<double> a, Vector512<double> b) => Canonical(a + b);
    }

    public readonly struct Subtract : IVector2<double>
    {
        public static double Apply(double a, double b) => Canonical(a - b);

        public static Vector512<double> Apply(Vector512<double> a, Vector512<double> b) => Canonical(a - b);
    }

    public readonly struct Multiply : IVector2<double>
    {
        public static double Apply(double a, double b) => Canonical(a * b);

        public static Vector512<double> Apply(Vector512<double> a, Vector512<double> b) => Canonical(a * b);
    }

    public readonly struct Divide : ILanes2<double, double, double>
    {
        public static double Apply(double a, double b) => Canonical(a / b);
    }

    public readonly struct MultiplyAdd : IVector3<double>
    {
        public static double Apply(double a, double b, double c) => Canonical(Math.FusedMultiplyAdd(a, b, c));

        public static Vector512<double> Apply(Vector512<double> a, Vector512<double> b, Vector512<double> c) =>
            Canonical(Vector512.FusedMultiplyAdd(a, b, c));
    }

    public readonly struct SquareRoot : ILanes1<double, double>
    {
        public static double Apply(double a) => Canonical(Math.Sqrt(a));
    }

    public readonly struct Reciprocal : ILanes1<double, double>
    {
        public static double Apply(double a) => Canonical(1 / a);
    }

    public readonly struct Negate : ILanes1<ulong, ulong>
    {
        public static ulong Apply(ulong a) => a ^ 1UL << 63;
    }

    public readonly struct Absolute : ILanes1<ulong, ulong>
    {
        public static ulong Apply(ulong a) => a & ~(1UL << 63);
    }

    public readonly struct Min : ILanes2<double, double, double>
    {
        public static double Apply(double a, double b) => Canonical(double.MinNumber(a, b));
    }

    public readonly struct Max : ILanes2<double, double, double>
    {
        public static double Apply(double a, double b) => Canonical(double.MaxNumber(a, b));
    }
}
