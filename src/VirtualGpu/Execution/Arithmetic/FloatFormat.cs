namespace MolEngine.VirtualGpu.Execution.Arithmetic;

/// <summary>A binary floating-point format with subnormals, infinities and NaN.</summary>
/// <param name="Precision">Bits of the significand, the leading one included.</param>
/// <param name="MinExponent">Exponent of the smallest normal number.</param>
internal sealed record FloatFormat(int Precision, int MinExponent, int MaxExponent)
{
    public static readonly FloatFormat Single = new(24, -126, 127);
    public static readonly FloatFormat BFloat16 = new(8, -126, 127);
    public static readonly FloatFormat Half = new(11, -14, 15);
    public static readonly FloatFormat Tf32 = new(11, -126, 127);

    private readonly double _largest = Math.ScaleB(2 - Math.ScaleB(1, 1 - Precision), MaxExponent);

    /// <summary>The format's value that the mode chooses for x.</summary>
    public double Round(double x, RoundingMode mode)
    {
        if (x == 0 || !double.IsFinite(x))
            return x;
        int quantum = Math.Max(Math.ILogB(x), MinExponent) - (Precision - 1);
        double rounded = Math.ScaleB(Whole(Math.ScaleB(x, -quantum), mode), quantum);
        if (Math.Abs(rounded) > _largest)
        {
            bool toInfinity = mode switch
            {
                RoundingMode.TowardZero => false,
                RoundingMode.Down => x < 0,
                RoundingMode.Up => x > 0,
                _ => true,
            };
            rounded = toInfinity ? double.PositiveInfinity : _largest;
        }

        return Math.CopySign(rounded, x);
    }

    /// <summary>The integer that the mode chooses for x.</summary>
    public static double Whole(double x, RoundingMode mode) => mode switch
    {
        RoundingMode.NearestEven => Math.Round(x, MidpointRounding.ToEven),
        RoundingMode.NearestAway => Math.Round(x, MidpointRounding.AwayFromZero),
        RoundingMode.Down => Math.Floor(x),
        RoundingMode.Up => Math.Ceiling(x),
        _ => Math.Truncate(x),
    };
}
