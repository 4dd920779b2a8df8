namespace MolEngine.Evaluation.Answers.Maths;

/// <content>Commands: names of values, functions, and what takes arguments in braces.</content>
internal sealed partial class MathParser
{
    private static readonly HashSet<string> Functions =
    [
        "sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "ln", "log",
        "exp", "lg",
    ];

    /// <summary>Commands that are names of values, as letters are.</summary>
    private static readonly HashSet<string> Names =
    [
        "alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "zeta", "eta", "theta", "vartheta", "iota", "kappa",
        "lambda", "mu", "nu", "xi", "pi", "rho", "sigma", "tau", "upsilon", "phi", "varphi", "chi", "psi", "omega",
        "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Phi", "Psi", "Omega", "infty", "ell", "hbar",
    ];

    private static bool IsFactor(string command) =>
        Names.Contains(command) || Functions.Contains(command)
        || command is "frac" or "sqrt" or "binom" or "lfloor" or "lceil" or "overline" or "bar" or "lvert";

    private MathNode Command(string name)
    {
        if (Functions.Contains(name))
            return Function(name == "lg" ? "log" : name);
        if (Names.Contains(name))
            return Named($@"\{name}");
        switch (name)
        {
            case "frac":
                return new MathNode.Quotient(Argument(), Argument());
            case "binom":
                return new MathNode.Call("binom", Argument(), Argument());
            case "sqrt":
                MathNode? degree = Take("[") ? Closed("]") : null;
                return new MathNode.Root(Argument(), degree);
            case "overline" or "bar":
                return new MathNode.Call("conjugate", Argument());
            case "lfloor":
                return new MathNode.Call("floor", Closed(@"\rfloor"));
            case "lceil":
                return new MathNode.Call("ceil", Closed(@"\rceil"));
            case "lvert":
                return new MathNode.Call("abs", Closed(@"\rvert"));
            default:
                throw new MathSyntaxException($@"the command \{name}");
        }
    }

    /// <summary>An argument of a command: a group, or without braces a single digit, letter or command.</summary>
    private MathNode Argument()
    {
        if (++_depth > MostDepth)
            throw new MathSyntaxException("an expression that is nested too deep");
        SplitDigit();
        MathNode argument = Primary();
        _depth--;
        return argument;
    }

    /// <summary>
    /// A function, its power or inverse (\sin^2 x, \tan^{-1} x), the base of a logarithm, its argument.
    /// </summary>
    private MathNode Function(string name)
    {
        MathNode? subscript = Take("_") ? Argument() : null;
        MathNode? power = Take("^") ? Argument() : null;
        if (subscript is null && Take("_"))
            subscript = Argument();
        if (power is MathNode.Negative { Of: MathNode.Number { Value: { Numerator.IsOne: true, IsInteger: true } } })
            (name, power) = ($"arc{name}", null);
        MathNode call = new MathNode.Call(name, FunctionArgument(), subscript);
        return power is null ? call : new MathNode.Power(call, power);
    }

    /// <summary>
    /// What a function without brackets takes: the factors up to a sign of a sum or another function.
    /// </summary>
    private MathNode FunctionArgument()
    {
        if (++_depth > MostDepth)
            throw new MathSyntaxException("an expression that is nested too deep");
        MathNode argument;
        if (Next.Is("(") || Next.Is("[") || Next.Is("{"))
        {
            argument = Postfix(Primary());
        }
        else
        {
            argument = Take("-") ? new MathNode.Negative(Power()) : Mixed() ?? Power();
            while (BeginsFactor() && Next.Kind != MathTokenKind.Number && !Next.Is("(")
                && !(Next.Kind == MathTokenKind.Command && Functions.Contains(Next.Text[1..])))
            {
                argument = new MathNode.Product(argument, Power());
            }
        }

        _depth--;
        return argument;
    }
}
