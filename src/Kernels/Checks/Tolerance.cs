namespace MolEngine.Kernels.Checks;

/// <summary>When a result counts as the expected one.</summary>
/// <param name="Relative">The largest relative error, of finite numbers; 0 asks for equal bits.</param>
/// <param name="AnyNaN">A NaN may be any NaN: only conversions promise which.</param>
public readonly record struct Tolerance(double Relative, bool AnyNaN)
{
    /// <summary>Equal bits, those of NaN too.</summary>
    public static readonly Tolerance Bits = new(0, AnyNaN: false);

    /// <summary>Equal bits, or NaN on both sides.</summary>
    public static readonly Tolerance BitsOrNaN = new(0, AnyNaN: true);

    public static Tolerance Within(double relative) => new(relative, AnyNaN: true);
}
