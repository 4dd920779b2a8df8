using System.Globalization;
using System.Runtime.CompilerServices;

namespace MolEngine.Kernels.Checks;

/// <summary>Compares arrays of float, double, int and bf16 (as ushort).</summary>
internal static class Comparison
{
    /// <returns>The largest relative error, and the first element that is not what is expected, in words.</returns>
    public static (double Largest, string? Difference) Of<T>(
        string name, ReadOnlySpan<T> expected, ReadOnlySpan<T> got, Tolerance tolerance)
        where T : unmanaged
    {
        double largest = 0;
        string? difference = null;
        for (int i = 0; i < expected.Length; i++)
        {
            ulong wanted = Bits(expected[i]), found = Bits(got[i]);
            if (wanted == found)
                continue;
            double error = RelativeError(Value(expected[i]), Value(got[i]));
            largest = Math.Max(largest, error);
            if (!IsGood(expected[i], got[i], error, tolerance))
            {
                difference ??= $"{name}[{i}]: expected {Text(expected[i], wanted)}, got {Text(got[i], found)}"
                    + Allowed(tolerance);
            }
        }

        return (largest, difference);
    }

    /// <param name="place">Where an element stands, in words; null where its index says enough.</param>
    /// <returns>|got - expected| / |expected| in L2, and what is wrong where it is too large: the element that is
    /// furthest off.</returns>
    public static (double Error, string? Difference) OfWhole(
        string name, ReadOnlySpan<float> expected, ReadOnlySpan<float> got, double relative,
        Func<int, string>? place = null)
    {
        double error = 0, size = 0, furthest = -1;
        int worst = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = (double)got[i] - expected[i];
            double off = double.IsNaN(difference) ? double.PositiveInfinity : Math.Abs(difference);
            if (off > furthest)
                (furthest, worst) = (off, i);
            error += difference * difference;
            size += (double)expected[i] * expected[i];
        }

        error = error == 0 ? 0 : Math.Sqrt(error / size);
        error = double.IsNaN(error) ? double.PositiveInfinity : error;
        return error <= relative ? (error, null) : (error, string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: expected a relative L2 error of at most {relative:G2} over {expected.Length} elements, got "
            + $"{error:G3}; furthest off is {name}[{worst}]{(place is null ? "" : $" ({place(worst)})")}: expected "
            + $"{expected[worst]:R}, got {got[worst]:R}"));
    }

    /// <summary>
    /// By how much what was got is larger as a whole, relatively: <c>got . expected / expected . expected - 1</c>. Of
    /// results that are rounded errors cancel in it; of results that are cut off they add up.
    /// </summary>
    public static double Gain(ReadOnlySpan<float> expected, ReadOnlySpan<float> got)
    {
        double along = 0, size = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            along += ((double)got[i] - expected[i]) * expected[i];
            size += (double)expected[i] * expected[i];
        }

        return along == 0 ? 0 : along / size;
    }

    /// <summary>0 of equal values and of two NaN; infinite where one alone is not finite, or should be 0.</summary>
    private static double RelativeError(double expected, double got)
    {
        if (expected == got || (double.IsNaN(expected) && double.IsNaN(got)))
            return 0;
        double error = Math.Abs(got - expected) / Math.Abs(expected);
        return double.IsNaN(error) ? double.PositiveInfinity : error;
    }

    private static bool IsGood<T>(T expected, T got, double error, Tolerance tolerance)
        where T : unmanaged
    {
        if (double.IsNaN(Value(expected)) && double.IsNaN(Value(got)))
            return tolerance.AnyNaN;
        return tolerance.Relative > 0 && error <= tolerance.Relative;
    }

    private static ulong Bits<T>(T element)
        where T : unmanaged => Unsafe.SizeOf<T>() switch
        {
            2 => Unsafe.BitCast<T, ushort>(element),
            4 => Unsafe.BitCast<T, uint>(element),
            _ => Unsafe.BitCast<T, ulong>(element),
        };

    /// <summary>Of float, double, int or bf16 (as ushort).</summary>
    public static double Value<T>(T element)
        where T : unmanaged => element switch
        {
            ushort bf16 => BitConverter.UInt32BitsToSingle((uint)bf16 << 16),
            float single => single,
            double real => real,
            int integer => integer,
            _ => throw new ArgumentException($"expected float, double, int or ushort (bf16), got {typeof(T).Name}"),
        };

    private static string Text<T>(T element, ulong bits)
        where T : unmanaged
    {
        if (element is int integer)
            return $"{integer}";
        double value = Value(element);
        string number = typeof(T) == typeof(double)
            ? value.ToString("R")
            : ((float)value).ToString("R");
        return $"{number} (0x{bits.ToString($"X{2 * Unsafe.SizeOf<T>()}")})";
    }

    private static string Allowed(Tolerance tolerance) => tolerance.Relative > 0
        ? $" (relative error of at most {tolerance.Relative:G2})"
        : "";
}
