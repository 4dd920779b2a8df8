namespace MolEngine.VirtualGpu.Execution.Arithmetic;

/// <summary>
/// Results in double, rounded to odd where they are inexact: such a result rounded again to a format of at most 51 bits
/// gives what the exact one gives, in every mode (Boldo and Melquiond 2008).
/// </summary>
internal static class Exact
{
    /// <summary>a + b by Knuth's two-sum.</summary>
    public static double Add(double a, double b)
    {
        double sum = a + b;
        if (!double.IsFinite(sum))
            return sum;
        double part = sum - a;
        double error = (a - (sum - part)) + (b - part);
        return ToOdd(sum, error);
    }

    /// <summary>a b + c, where a b is exact in double: factors of at most 26 bits.</summary>
    public static double MultiplyAdd(double a, double b, double c) => Add(a * b, c);

    /// <summary>a / b, operands of at most 26 bits.</summary>
    public static double Divide(double a, double b)
    {
        double quotient = a / b;
        if (!double.IsFinite(quotient) || quotient == 0)
            return quotient;
        double rest = -Math.FusedMultiplyAdd(quotient, b, -a);
        return ToOdd(quotient, b < 0 ? -rest : rest);
    }

    /// <summary>The square root of a number of at most 26 bits.</summary>
    public static double SquareRoot(double a)
    {
        double root = Math.Sqrt(a);
        if (!double.IsFinite(root) || root == 0)
            return root;
        return ToOdd(root, -Math.FusedMultiplyAdd(root, root, -a));
    }

    /// <param name="error">Its sign is that of (exact - value).</param>
    private static double ToOdd(double value, double error)
    {
        if (error == 0)
            return value;
        long bits = BitConverter.DoubleToInt64Bits(value);
        if ((bits & 1) != 0)
            return value;
        // The neighbour on the exact result's side has an odd last bit.
        if (value == 0)
            return error > 0 ? double.Epsilon : -double.Epsilon;
        return BitConverter.Int64BitsToDouble((error > 0) == (value > 0) ? bits + 1 : bits - 1);
    }
}
