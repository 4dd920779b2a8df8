namespace MolEngine.Basics.Numerics;

/// <summary>An estimate with its 95 % interval.</summary>
public readonly record struct Interval(double Value, double Low, double High)
{
    /// <summary>Whether zero lies outside.</summary>
    public bool ExcludesZero => Low > 0 || High < 0;

    /// <summary>The same of the opposite number.</summary>
    public static Interval operator -(Interval i) => new(-i.Value, -i.High, -i.Low);
}
