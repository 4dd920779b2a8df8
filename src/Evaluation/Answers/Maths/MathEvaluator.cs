using System.Numerics;

namespace MolEngine.Evaluation.Answers.Maths;

/// <summary>The value of an expression at a point: what its symbols stand for, and which sign ± is.</summary>
/// <param name="symbol">The value of a symbol.</param>
/// <param name="plus">Whether ± is plus, and ∓ minus.</param>
internal sealed class MathEvaluator(Func<string, Rational> symbol, bool plus)
{
    private const int MostFactorial = 5_000;

    /// <summary>A value.</summary>
    /// <exception cref="UndefinedValueException">An expression without one here.</exception>
    public ComplexValue Value(MathNode node) => Value(node, ofFunction: false);

    /// <param name="ofFunction">Whether a function takes the value, so that degrees are turned into radians.</param>
    private ComplexValue Value(MathNode node, bool ofFunction)
    {
        switch (node)
        {
            case MathNode.Number number:
                return ComplexValue.Of(number.Value);
            case MathNode.Symbol { Name: "i" }:
                return ComplexValue.ImaginaryUnit;
            case MathNode.Symbol { Name: "e" }:
                return ComplexValue.E;
            case MathNode.Symbol { Name: @"\pi" }:
                return ComplexValue.Pi;
            case MathNode.Symbol named:
                return ComplexValue.Of(symbol(named.Name));
            case MathNode.Sum sum:
                return Value(sum.Left, ofFunction) + Value(sum.Right, ofFunction);
            case MathNode.PlusMinus sum:
                ComplexValue left = Value(sum.Left, ofFunction), right = Value(sum.Right, ofFunction);
                return plus != sum.MinusFirst ? left + right : left - right;
            case MathNode.Negative negative:
                return -Value(negative.Of, ofFunction);
            case MathNode.Product product:
                return Value(product.Left, ofFunction) * Value(product.Right, ofFunction);
            case MathNode.Quotient quotient:
                return Value(quotient.Top, ofFunction) / Value(quotient.Bottom, ofFunction);
            case MathNode.Power power:
                return Powers.Power(Value(power.Base, ofFunction), Value(power.Exponent, false));
            case MathNode.Root root:
                return Root(root, ofFunction);
            case MathNode.Percent percent:
                return Value(percent.Of, ofFunction) / ComplexValue.Of(100);
            case MathNode.Degrees degrees:
                ComplexValue angle = Value(degrees.Of, false);
                return ofFunction ? angle * ComplexValue.Pi / ComplexValue.Of(180) : angle;
            case MathNode.Call call:
                return Call(call, ofFunction);
            default:
                throw new UndefinedValueException(node.GetType().Name);
        }
    }

    private ComplexValue Root(MathNode.Root root, bool ofFunction)
    {
        ComplexValue value = Value(root.Of, ofFunction);
        if (root.Degree is null)
            return Powers.Root(value, 2);
        ComplexValue degree = Value(root.Degree, false);
        return degree.Exact is { IsInteger: true } whole && BigInteger.Abs(whole.Numerator) < int.MaxValue
            ? Powers.Root(value, (int)whole.Numerator)
            : Powers.Power(value, ComplexValue.Of(Rational.One) / degree);
    }

    private ComplexValue Call(MathNode.Call call, bool ofFunction)
    {
        bool isTrigonometric = call.Function is "sin" or "cos" or "tan" or "cot" or "sec" or "csc";
        ComplexValue x = Value(call.Argument, ofFunction || isTrigonometric);
        return call.Function switch
        {
            "abs" => x.Abs(),
            "conjugate" => x.Conjugate(),
            "floor" => ComplexValue.Of(new Rational(Real(x).Floor(), 1)),
            "ceil" => ComplexValue.Of(-new Rational((-Real(x)).Floor(), 1)),
            "factorial" => Factorial(Whole(x)),
            "binom" => Binomial(Whole(x), Whole(Value(call.Second!, ofFunction))),
            "exp" => x.Exp(),
            "ln" => x.Ln(),
            "log" => x.Ln() / (call.Second is { } b ? Value(b, false) : ComplexValue.Of(10)).Ln(),
            _ => Trigonometry.Value(call.Function, x),
        };
    }

    private static Rational Real(ComplexValue value) =>
        value.Exact ?? throw new UndefinedValueException("a rounding of what is no fraction");

    private static int Whole(ComplexValue value) =>
        value.Exact is { IsInteger: true, Sign: >= 0 } whole && whole.Numerator <= MostFactorial
            ? (int)whole.Numerator
            : throw new UndefinedValueException("a factorial of what is no small whole number");

    private static ComplexValue Factorial(int n) => Binomial(n, n, BigInteger.One);

    private static ComplexValue Binomial(int n, int k)
    {
        BigInteger bottom = BigInteger.One;
        for (int i = 2; i <= k; i++)
            bottom *= i;
        return k > n ? ComplexValue.Of(Rational.Zero) : Binomial(n, k, bottom);
    }

    /// <summary>n (n - 1) ... (n - k + 1), over a number.</summary>
    private static ComplexValue Binomial(int n, int k, BigInteger bottom)
    {
        BigInteger top = BigInteger.One;
        for (int i = n; i > n - k; i--)
            top *= i;
        return ComplexValue.Of(new Rational(top, bottom));
    }
}
