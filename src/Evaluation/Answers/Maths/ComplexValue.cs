namespace MolEngine.Evaluation.Answers.Maths;

/// <summary>
/// A complex number: exact where both parts are fractions, else with the 256 bits of <see cref="BigReal"/>. An exact
/// number stays exact under sums, products, quotients and whole powers while it fits <see cref="MostBits"/>.
/// </summary>
internal sealed class ComplexValue
{
    /// <summary>Bits that an exact number may have; a larger one is rounded to 256.</summary>
    private const long MostBits = 50_000;

    /// <summary>Two rounded numbers are equal where they agree in this many bits.</summary>
    private const int EqualBits = 96;

    /// <summary>A rounded number below 2^-120 is one that cancelled out.</summary>
    private const int Vanished = -120;

    private readonly Rational? _exactRe, _exactIm;

    private ComplexValue(BigReal re, BigReal im) => (Re, Im) = (re, im);

    private ComplexValue(Rational re, Rational im)
        : this(BigReal.Of(re), BigReal.Of(im))
    {
        if (re.Bits <= MostBits && im.Bits <= MostBits)
            (_exactRe, _exactIm) = (re, im);
    }

    public BigReal Re { get; }

    public BigReal Im { get; }

    public static ComplexValue ImaginaryUnit { get; } = Of(0, 1);

    public static ComplexValue Pi { get; } = Rounded(RealFunctions.Pi);

    public static ComplexValue E { get; } = Rounded(RealFunctions.E);

    /// <summary>The value where it is an exact real number, else null.</summary>
    public Rational? Exact => _exactIm is { IsZero: true } ? _exactRe : null;

    public bool IsReal => _exactIm is { } im ? im.IsZero : Im.Magnitude < Math.Max(Vanished, Re.Magnitude - EqualBits);

    public bool IsZero => _exactRe is { } re ? re.IsZero && _exactIm!.Value.IsZero : Size < Vanished;

    /// <summary>The magnitude of the larger part, in bits.</summary>
    private long Size => Math.Max(Re.Magnitude, Im.Magnitude);

    public static ComplexValue Of(Rational re, Rational im) => new(re, im);

    public static ComplexValue Of(Rational re) => new(re, Rational.Zero);

    public static ComplexValue Rounded(BigReal re) => new(re, BigReal.Zero);

    public static ComplexValue Rounded(BigReal re, BigReal im) => new(re, im);

    public static ComplexValue operator -(ComplexValue a) =>
        a._exactRe is { } re && a._exactIm is { } im ? new(-re, -im) : new(-a.Re, -a.Im);

    public static ComplexValue operator +(ComplexValue a, ComplexValue b) =>
        a._exactRe is { } ar && a._exactIm is { } ai && b._exactRe is { } br && b._exactIm is { } bi
            ? new(ar + br, ai + bi)
            : new(a.Re + b.Re, a.Im + b.Im);

    public static ComplexValue operator -(ComplexValue a, ComplexValue b) => a + -b;

    public static ComplexValue operator *(ComplexValue a, ComplexValue b) =>
        a._exactRe is { } ar && a._exactIm is { } ai && b._exactRe is { } br && b._exactIm is { } bi
            ? new((ar * br) - (ai * bi), (ar * bi) + (ai * br))
            : new((a.Re * b.Re) - (a.Im * b.Im), (a.Re * b.Im) + (a.Im * b.Re));

    public static ComplexValue operator /(ComplexValue a, ComplexValue b)
    {
        if (b.IsZero)
            throw new UndefinedValueException("a division by zero");
        if (a._exactRe is { } ar && a._exactIm is { } ai && b._exactRe is { } br && b._exactIm is { } bi)
        {
            Rational norm = (br * br) + (bi * bi);
            return new(((ar * br) + (ai * bi)) / norm, ((ai * br) - (ar * bi)) / norm);
        }

        BigReal square = (b.Re * b.Re) + (b.Im * b.Im);
        return new(((a.Re * b.Re) + (a.Im * b.Im)) / square, ((a.Im * b.Re) - (a.Re * b.Im)) / square);
    }

    public ComplexValue Conjugate() => _exactRe is { } re && _exactIm is { } im ? new(re, -im) : new(Re, -Im);

    public ComplexValue Exp()
    {
        BigReal scale = RealFunctions.Exp(Re);
        if (IsReal)
            return Rounded(scale);
        (BigReal sin, BigReal cos) = RealFunctions.SinCos(Im);
        return Rounded(scale * cos, scale * sin);
    }

    /// <summary>The principal logarithm.</summary>
    public ComplexValue Ln()
    {
        if (IsZero)
            throw new UndefinedValueException("the logarithm of 0");
        BigReal size = RealFunctions.Ln((Re * Re) + (Im * Im)).Scaled(-1);
        return IsReal && Re.Sign > 0
            ? Rounded(size)
            : Rounded(size, RealFunctions.Angle(IsReal ? BigReal.Zero : Im, Re));
    }

    /// <summary>The absolute value.</summary>
    public ComplexValue Abs() => Exact is { } exact
        ? Of(exact.Sign < 0 ? -exact : exact)
        : IsReal ? Rounded(Re.Abs()) : Rounded(((Re * Re) + (Im * Im)).Sqrt());

    /// <summary>Whether both are the same number, as far as is known of them.</summary>
    public bool Is(ComplexValue other)
    {
        if (_exactRe is { } re && other._exactRe is { } otherRe)
            return re == otherRe && _exactIm == other._exactIm;
        long size = Math.Max(Size, other.Size);
        long apart = Math.Max((Re - other.Re).Magnitude, (Im - other.Im).Magnitude);
        return apart < size - EqualBits || size < Vanished;
    }
}
