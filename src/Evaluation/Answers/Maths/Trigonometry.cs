namespace MolEngine.Evaluation.Answers.Maths;

/// <summary>Trigonometric and hyperbolic functions and their inverses.</summary>
internal static class Trigonometry
{
    private static readonly ComplexValue One = ComplexValue.Of(Rational.One), Two = ComplexValue.Of(2);

    /// <summary>The value of a function, named without a backslash, at an argument in radians.</summary>
    /// <exception cref="UndefinedValueException">An unknown name, or an argument outside the domain.</exception>
    public static ComplexValue Value(string function, ComplexValue x)
    {
        switch (function)
        {
            case "sin":
                return SinCos(x).Sin;
            case "cos":
                return SinCos(x).Cos;
            case "tan":
                return SinCos(x).Sin / SinCos(x).Cos;
            case "cot":
                return SinCos(x).Cos / SinCos(x).Sin;
            case "sec":
                return One / SinCos(x).Cos;
            case "csc":
                return One / SinCos(x).Sin;
            case "sinh":
                return (x.Exp() - (-x).Exp()) / Two;
            case "cosh":
                return (x.Exp() + (-x).Exp()) / Two;
            case "tanh":
                return (x.Exp() - (-x).Exp()) / (x.Exp() + (-x).Exp());
            case "arctan":
                return ComplexValue.Rounded(RealFunctions.Angle(Real(x), BigReal.One));
            case "arcsin":
                return ComplexValue.Rounded(RealFunctions.Angle(Real(x), Opposite(x)));
            case "arccos":
                return ComplexValue.Rounded(RealFunctions.Angle(Opposite(x), Real(x)));
            case "arccot":
                return ComplexValue.Rounded(RealFunctions.Angle(BigReal.One, Real(x)));
            case "arcsec":
                return Value("arccos", One / x);
            case "arccsc":
                return Value("arcsin", One / x);
            default:
                throw new UndefinedValueException($"the function {function}");
        }
    }

    private static (ComplexValue Sin, ComplexValue Cos) SinCos(ComplexValue x)
    {
        if (x.IsReal)
        {
            (BigReal sin, BigReal cos) = RealFunctions.SinCos(x.Re);
            return (ComplexValue.Rounded(sin), ComplexValue.Rounded(cos));
        }

        ComplexValue turned = (x * ComplexValue.ImaginaryUnit).Exp(), back = (-x * ComplexValue.ImaginaryUnit).Exp();
        return ((turned - back) / (Two * ComplexValue.ImaginaryUnit), (turned + back) / Two);
    }

    private static BigReal Real(ComplexValue x) =>
        x.IsReal ? x.Re : throw new UndefinedValueException("an inverse function of a complex number");

    /// <summary>The other side of a triangle whose longest side is 1.</summary>
    private static BigReal Opposite(ComplexValue x)
    {
        BigReal square = BigReal.One - (Real(x) * Real(x));
        return square.Sign >= 0 ? square.Sqrt() : throw new UndefinedValueException("an arc sine beyond 1");
    }
}
