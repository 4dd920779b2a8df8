using MolEngine.VirtualGpu.Execution.Lanes;

namespace MolEngine.VirtualGpu.Execution.Arithmetic;

/// <summary>fp32 arithmetic in the modes .rz, .rm and .rp.</summary>
internal static class DirectedFunctions
{
    public interface IMode
    {
        static abstract RoundingMode Mode { get; }
    }

    public readonly struct TowardZero : IMode
    {
        public static RoundingMode Mode => RoundingMode.TowardZero;
    }

    public readonly struct Down : IMode
    {
        public static RoundingMode Mode => RoundingMode.Down;
    }

    public readonly struct Up : IMode
    {
        public static RoundingMode Mode => RoundingMode.Up;
    }

    public readonly struct Add<TMode> : ILanes2<float, float, float>
        where TMode : IMode
    {
        // A sum of opposite numbers is +0, but -0 where the mode is downward.
        public static float Apply(float a, float b) => a == -b && a != 0 && float.IsFinite(a)
            ? (TMode.Mode == RoundingMode.Down ? -0f : 0f)
            : Single<TMode>(a == 0 && b == 0 ? ZeroSum<TMode>(a, b) : Exact.Add(a, b));
    }

    public readonly struct Subtract<TMode> : ILanes2<float, float, float>
        where TMode : IMode
    {
        public static float Apply(float a, float b) => Add<TMode>.Apply(a, -b);
    }

    public readonly struct Multiply<TMode> : ILanes2<float, float, float>
        where TMode : IMode
    {
        public static float Apply(float a, float b) => Single<TMode>((double)a * b);
    }

    public readonly struct Divide<TMode> : ILanes2<float, float, float>
        where TMode : IMode
    {
        public static float Apply(float a, float b) => Single<TMode>(Exact.Divide(a, b));
    }

    public readonly struct MultiplyAdd<TMode> : ILanes3<float, float, float, float>
        where TMode : IMode
    {
        public static float Apply(float a, float b, float c)
        {
            double product = (double)a * b;
            if (product == -c && c != 0 && float.IsFinite(c))
                return TMode.Mode == RoundingMode.Down ? -0f : 0f;
            return Single<TMode>(product == 0 && c == 0 ? ZeroSum<TMode>(product, c) : Exact.Add(product, c));
        }
    }

    public readonly struct SquareRoot<TMode> : ILanes1<float, float>
        where TMode : IMode
    {
        public static float Apply(float a) => Single<TMode>(Exact.SquareRoot(a));
    }

    public readonly struct Reciprocal<TMode> : ILanes1<float, float>
        where TMode : IMode
    {
        public static float Apply(float a) => Single<TMode>(Exact.Divide(1, a));
    }

    private static float Single<TMode>(double value)
        where TMode : IMode =>
        FloatFunctions.Canonical((float)FloatFormat.Single.Round(value, TMode.Mode));

    private static double ZeroSum<TMode>(double a, double b)
        where TMode : IMode =>
        double.IsNegative(a) == double.IsNegative(b) ? a : TMode.Mode == RoundingMode.Down ? -0.0 : 0.0;
}
