namespace MolEngine.VirtualGpu.Execution.Arithmetic;

/// <summary>The .approx instructions on fp32, with the errors of the PTX ISA.</summary>
internal static class ApproximateFunctions
{
    public readonly struct Reciprocal : IApproximate
    {
        public static double Value(double a, double b) => 1 / a;

        public static double Error(double a, double value) => Ulp(value);
    }

    public readonly struct SquareRoot : IApproximate
    {
        public static double Value(double a, double b) => Math.Sqrt(a);

        public static double Error(double a, double value) => Math.ScaleB(value, -23);
    }

    public readonly struct ReciprocalSquareRoot : IApproximate
    {
        public static double Value(double a, double b) => 1 / Math.Sqrt(a);

        public static double Error(double a, double value) => value * Math.Pow(2, -22.9);
    }

    public readonly struct Exp2 : IApproximate
    {
        public static double Value(double a, double b) => Math.Pow(2, a);

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
        public static double Value(double a, double b) => a / b;

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

    /// <summary>The distance between fp32 numbers at a value.</summary>
    public static double Ulp(double value) => Math.ScaleB(1, Math.Max(Math.ILogB(value), -126) - 23);
}
