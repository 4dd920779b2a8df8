namespace MolEngine.Oracle;

/// <summary>
/// Rounding to the eight significant bits of bf16, to nearest and ties to even. With a scale other than 1 the grid is
/// bf16's moved by that factor: as fine, but another draw of the rounding errors, in which equal values still err
/// equally, as they do in a program.
/// </summary>
/// <param name="scale">From 1 to below 2, since a power of two changes nothing.</param>
/// <param name="bits">Significant bits, the leading one included: 2 to 52.</param>
public sealed class Bf16Rounding(double scale = 1, int bits = Bf16Rounding.Bits)
{
    /// <summary>Significant bits of bf16, the leading one included.</summary>
    public const int Bits = 8;

    private const int DoubleBits = 53;

    private readonly int _dropped = DoubleBits - bits;

    /// <summary>Draws of the rounding errors, bf16's own first: scales spread evenly over an octave.</summary>
    public static IEnumerable<Bf16Rounding> Draws(int count) =>
        Enumerable.Range(0, count).Select(i => new Bf16Rounding(Math.Pow(2, (double)i / count)));

    /// <summary>The nearest value of the grid; the range of bf16 plays no part.</summary>
    public double Round(double x)
    {
        long value = BitConverter.DoubleToInt64Bits(x * scale), odd = (value >> _dropped) & 1;
        value += (1L << (_dropped - 1)) - 1 + odd;
        return BitConverter.Int64BitsToDouble(value >> _dropped << _dropped) / scale;
    }

    internal double[] Round(double[] x) => Array.ConvertAll(x, Round);

    /// <summary>
    /// A matrix of the model as products take it. It is rounded on bf16's own grid in every draw: bf16 stays as it is,
    /// and of fp32 every program makes the same copy.
    /// </summary>
    internal double[] RoundStored(double[] x) => Array.ConvertAll(x, new Bf16Rounding(1, bits).Round);
}
