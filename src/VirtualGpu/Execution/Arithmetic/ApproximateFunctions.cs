using System.Runtime.Intrinsics;

namespace MolEngine.VirtualGpu.Execution.Arithmetic;

/// <summary>The .approx instructions on fp32, with the errors of the PTX ISA.</summary>
internal static class ApproximateFunctions
{
    public readonly struct Reciprocal : IApproximate
    {
        public static bool HasVector => true;

        public static double Value(double a, double b) => 1 / a;

        public static Vector512<double> Values(Vector512<double> a, Vector512<double> b) => Vector512<double>.One / a;

        public static double Error(double a, double value) => Ulp(value);
    }

    public readonly struct SquareRoot : IApproximate
    {
        public static bool HasVector => true;

        public static double Value(double a, double b) => Math.Sqrt(a);

        public static Vector512<double> Values(Vector512<double> a, Vector512<double> b) => Vector512.Sqrt(a);

        public static double Error(double a, double value) => Math.ScaleB(value, -23);
    }

    public readonly struct ReciprocalSquareRoot : IApproximate
    {
        public static bool HasVector => true;

        public static double Value(double a, double b) => 1 / Math.Sqrt(a);

        public static Vector512<double> Values(Vector512<double> a, Vector512<double> b) =>
            Vector512<double>.One / Vector512.Sqrt(a);

        public static double Error(double a, double value) => value * Math.Pow(2, -22.9);
    }

    public readonly struct Exp2 : IApproximate
    {
        /// <summary>Beyond it every result is 0 or infinite in fp32.</summary>
        private const double Far = 300;

        public static bool HasVector => true;

        public static double Value(double a, double b) => Math.Pow(2, a);

        /// <summary>2^n e^(f ln 2), f in [-1/2, 1/2]: a few units in the last place of double off.</summary>
        public static Vector512<double> Values(Vector512<double> a, Vector512<double> b)
        {
            a = Vector512.Min(Vector512.Max(a, Vector512.Create(-Far)), Vector512.Create(Far));
            Vector512<double> whole = Vector512.Round(a);
            Vector512<long> exponent = Vector512.ConvertToInt64(whole) + Vector512.Create(1023L);
            return Vector512.Exp((a - whole) * Vector512.Create(Math.Log(2))) * (exponent << 52).AsDouble();
        }

        public static double Error(double a, double value) => Math.ScaleB(value, -22);
    }

    /// <summary>Absolute error within (0.5, 2), relative elsewhere.</summary>
    public readonly struct Log2 : IApproximate
    {
        public static double Value(double a, double b) => Math.Log2(a);

        public static double Error(double a, double value) =>
            a is > 0.5 and < 2 ? Math.ScaleB(1, -22) : Math.ScaleB(Math.Abs(value), -22);
    }

    public readonly struct Sine : IApproximate
    {
        public static double Value(double a, double b) => Math.Sin(a);

        public static double Error(double a, double value) => Math.Pow(2, -20.5);
    }

    public readonly struct Cosine : IApproximate
    {
        public static double Value(double a, double b) => Math.Cos(a);

        public static double Error(double a, double value) => Math.Pow(2, -20.5);
    }

    public readonly struct HyperbolicTangent : IApproximate
    {
        public static double Value(double a, double b) => Math.Tanh(a);

        public static double Error(double a, double value) => Math.ScaleB(Math.Abs(value), -11);
    }

    /// <summary>div.full: 2 ulp over the whole range.</summary>
    public readonly struct FullDivide : IApproximate
    {
        public static bool HasVector => true;

        public static double Value(double a, double b) => a / b;

        public static Vector512<double> Values(Vector512<double> a, Vector512<double> b) => a / b;

        public static double Error(double a, double value) => 2 * Ulp(value);
    }

    /// <summary>div.approx: 2 ulp; a divisor beyond 2^126 gives 0, or NaN for infinity.</summary>
    public readonly struct Divide : IApproximate
    {
        public static double Value(double a, double b)
        {
            double size = Math.Abs(b);
            bool isHuge = size > Math.ScaleB(1, 126) && double.IsFinite(size);
            return !isHuge ? a / b : double.IsInfinity(a) || double.IsNaN(a) ? double.NaN : Math.CopySign(0, a * b);
        }

        public static double Error(double a, double value) => 2 * Ulp(value);
    }

    /// <summary>
    /// Where a value that is off by less than 2^-46 of itself may be rounded to another fp32 than the true one: near
    /// the middle between two of them, and where they are subnormal.
    /// </summary>
    public static Vector512<ulong> Doubt(Vector512<double> value)
    {
        const ulong Cut = (1UL << 29) - 1, Middle = 1UL << 28, Margin = 1UL << 6;
        Vector512<ulong> rest = (value.AsUInt64() & Vector512.Create(Cut)) - Vector512.Create(Middle - Margin);
        Vector512<double> size = Vector512.Abs(value);
        Vector512<double> isSmall = Vector512.LessThan(size, Vector512.Create(Math.ScaleB(1, -125)))
            & Vector512.GreaterThan(size, Vector512.Create(Math.ScaleB(1, -152)));
        return Vector512.LessThan(rest, Vector512.Create(2 * Margin)) | isSmall.AsUInt64();
    }

    /// <summary>The distance between fp32 numbers at a value.</summary>
    public static double Ulp(double value) => Math.ScaleB(1, Math.Max(Math.ILogB(value), -126) - 23);
}
