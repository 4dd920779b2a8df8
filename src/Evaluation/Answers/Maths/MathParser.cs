namespace MolEngine.Evaluation.Answers.Maths;

/// <summary>
/// Reads an expression by recursive descent: sums of products of powers, with products that no sign writes
/// (<c>2\sqrt{3}x</c>), mixed numbers (<c>3\frac{1}{2}</c>, <c>3 1/2</c>) and functions without brackets
/// (<c>\sin 5x \cos x</c>).
/// </summary>
internal sealed partial class MathParser
{
    /// <summary>
    /// Brackets, fractions and roots in one another; a deeper expression is refused, not a full stack.
    /// </summary>
    private const int MostDepth = 64;

    private readonly List<MathToken> _tokens;
    private int _at;
    private int _depth;

    private MathParser(List<MathToken> tokens) => _tokens = tokens;

    private MathToken Next => _tokens[_at];

    /// <summary>The expression that a whole text is.</summary>
    /// <exception cref="MathSyntaxException">What cannot be read to its end.</exception>
    public static MathNode Parse(string text)
    {
        var parser = new MathParser(MathLexer.Tokens(text));
        MathNode node = parser.Sum();
        return parser.Next.Kind == MathTokenKind.End ? node : throw parser.Unexpected();
    }

    private MathNode Sum()
    {
        if (++_depth > MostDepth)
            throw new MathSyntaxException("an expression that is nested too deep");
        MathNode sum = IsPlusMinus(out bool first)
            ? new MathNode.PlusMinus(new MathNode.Number(Rational.Zero), Product(), first)
            : Product();
        while (true)
        {
            if (Take("+"))
                sum = new MathNode.Sum(sum, Product());
            else if (Take("-"))
                sum = new MathNode.Sum(sum, new MathNode.Negative(Product()));
            else if (IsPlusMinus(out bool minusFirst))
                sum = new MathNode.PlusMinus(sum, Product(), minusFirst);
            else
                break;
        }

        _depth--;
        return sum;
    }

    private bool IsPlusMinus(out bool minusFirst)
    {
        minusFirst = Next.Is(@"\mp");
        return Take(@"\pm") || Take(@"\mp");
    }

    private MathNode Product()
    {
        if (Take("+"))
            return Product();
        if (Take("-"))
        {
            if (++_depth > MostDepth)
                throw new MathSyntaxException("an expression that is nested too deep");
            MathNode of = Product();
            _depth--;
            return new MathNode.Negative(of);
        }

        MathNode product = Mixed() ?? Power();
        while (true)
        {
            if (Take("*") || Take(@"\cdot") || Take(@"\times") || Take(@"\ast"))
                product = new MathNode.Product(product, Signed());
            else if (Take("/") || Take(@"\div"))
                product = new MathNode.Quotient(product, Signed());
            else if (BeginsFactor() && Next.Kind != MathTokenKind.Number)
                product = new MathNode.Product(product, Power());
            else
                return product;
        }
    }

    /// <summary>A factor after a sign of its own: 2 \cdot -3.</summary>
    private MathNode Signed() => Take("-") ? new MathNode.Negative(Power()) : Power();

    /// <summary>
    /// A whole number and a proper fraction of whole numbers beside it: their sum, as everybody but a computer reads
    /// it.
    /// </summary>
    private MathNode? Mixed()
    {
        if (Next.Kind != MathTokenKind.Number || Next.Text.Contains('.'))
            return null;
        int start = _at;
        var whole = Rational.Parse(_tokens[_at++].Text);
        (Rational Top, Rational Bottom)? fraction = Take(@"\frac") ? (Digits(true), Digits(true)) : Slash();
        if (fraction is { Top.Sign: > 0, Bottom.Sign: > 0 } f && f.Top.Numerator < f.Bottom.Numerator)
            return new MathNode.Number(whole + (f.Top / f.Bottom));
        _at = start;
        return null;

        (Rational, Rational)? Slash()
        {
            if (Next.Kind != MathTokenKind.Number)
                return null;
            Rational top = Digits(false);
            return Take("/") ? (top, Digits(false)) : null;
        }
    }

    /// <summary>
    /// The whole number of a fraction's part, in braces or without; 0 where it is none. Without braces a part of
    /// <c>\frac12</c> is a single digit, which is cut from the digits that the token has.
    /// </summary>
    private Rational Digits(bool ofCommand)
    {
        bool braces = ofCommand && Take("{");
        if (ofCommand && !braces)
            SplitDigit();
        if (Next.Kind != MathTokenKind.Number || Next.Text.Contains('.'))
            return Rational.Zero;
        var digits = Rational.Parse(_tokens[_at++].Text);
        return braces && !Take("}") ? Rational.Zero : digits;
    }

    /// <summary>
    /// Leaves the first digit of a number a token of its own, as TeX takes an argument without braces.
    /// </summary>
    private void SplitDigit()
    {
        if (Next.Kind != MathTokenKind.Number || Next.Text.Length == 1 || Next.Text[0] == '.')
            return;
        string text = Next.Text;
        _tokens[_at] = new MathToken(MathTokenKind.Number, text[..1]);
        _tokens.Insert(_at + 1, new MathToken(MathTokenKind.Number, text[1..]));
    }

    private MathNode Power()
    {
        MathNode value = Postfix(Primary());
        if (!Take("^"))
            return value;
        if (++_depth > MostDepth)
            throw new MathSyntaxException("an expression that is nested too deep");
        MathNode exponent = Take("-") ? new MathNode.Negative(Power()) : Power();
        _depth--;
        return Postfix(new MathNode.Power(value, exponent));
    }

    private MathNode Postfix(MathNode value)
    {
        while (true)
        {
            if (Take("!"))
                value = new MathNode.Call("factorial", value);
            else if (Take("%") || Take(@"\%"))
                value = new MathNode.Percent(value);
            else if (Take("°"))
                value = new MathNode.Degrees(value);
            else
                return value;
        }
    }

    private bool BeginsFactor() => Next.Kind switch
    {
        MathTokenKind.Number or MathTokenKind.Letter => true,
        MathTokenKind.Command => IsFactor(Next.Text[1..]),
        _ => Next.Text is "(" or "[" or "{",
    };

    private MathNode Primary()
    {
        MathToken token = Next;
        if (token.Kind == MathTokenKind.End)
            throw Unexpected();
        _at++;
        switch (token.Kind)
        {
            case MathTokenKind.Number:
                return Number(token.Text);
            case MathTokenKind.Letter:
                return Named(token.Text);
            case MathTokenKind.Command:
                return Command(token.Text[1..]);
            default:
                return token.Text switch
                {
                    "(" => Closed(")"),
                    "[" => Closed("]"),
                    "{" => Closed("}"),
                    "|" => new MathNode.Call("abs", Closed("|")),
                    _ => throw Unexpected(),
                };
        }
    }

    private MathNode Closed(string close)
    {
        MathNode inner = Sum();
        return Take(close) ? inner : throw Unexpected();
    }

    private MathNode Number(string digits)
    {
        int point = digits.IndexOf('.');
        if (point >= 0 && Take(@"\overline"))
            return Repeating(digits);
        return new MathNode.Number(Rational.Parse(digits), point < 0 ? null : digits.Length - point - 1);
    }

    /// <summary>0.1\overline{6}: what repeats is a fraction with nines below it.</summary>
    private MathNode Repeating(string digits)
    {
        bool braces = Take("{");
        if (Next.Kind != MathTokenKind.Number || Next.Text.Contains('.'))
            throw Unexpected();
        string repeated = _tokens[_at++].Text;
        if (braces && !Take("}"))
            throw Unexpected();
        Rational shift = Rational.Power(10, digits.Length - digits.IndexOf('.') - 1);
        Rational nines = Rational.Power(10, repeated.Length) - Rational.One;
        return new MathNode.Number(Rational.Parse(digits) + (Rational.Parse(repeated) / nines / shift));
    }

    private MathNode Named(string name)
    {
        while (Take("'"))
            name += "'";
        if (!Take("_"))
            return new MathNode.Symbol(name);
        int start = _at;
        if (Take("{"))
        {
            while (!Next.Is("}") && Next.Kind != MathTokenKind.End)
                _at++;
        }

        if (Next.Kind == MathTokenKind.End)
            throw Unexpected();
        _at++;
        IEnumerable<string> index = _tokens.Take(_at).Skip(start).Select(t => t.Text);
        return new MathNode.Symbol($"{name}_{string.Concat(index.Where(t => t is not ("{" or "}")))}");
    }

    private bool Take(string text)
    {
        if (!Next.Is(text))
            return false;
        _at++;
        return true;
    }

    private MathSyntaxException Unexpected() => new($"\"{Next.Text}\" at token {_at}");
}
