using System.Numerics;
using MolEngine.Basics;
using MolEngine.Engine.Chat.Jinja.Nodes;
using MolEngine.Engine.Chat.Jinja.Values;

namespace MolEngine.Engine.Chat.Jinja.Syntax;

/// <summary>Reads expressions, in Jinja's order of precedence.</summary>
internal sealed partial class ExpressionParser(TokenStream stream)
{
    private static readonly Dictionary<string, Func<Render, Value, Value, Value>> Arithmetics = new()
    {
        ["-"] = Operators.Subtract,
        ["*"] = Operators.Multiply,
        ["/"] = Operators.Divide,
        ["//"] = Operators.FloorDivide,
        ["%"] = Operators.Modulo,
        ["**"] = Operators.Power,
    };

    private int _nested;
    private int _operations;

    /// <summary>
    /// Whether what is read now may never run, so that a filter that is not there matters only where it does: Jinja
    /// looks at it so inside of <c>if</c>.
    /// </summary>
    public bool IsLenient { get; set; }

    /// <summary>Values with commas between them are a tuple.</summary>
    /// <param name="end">A word before which the tuple ends; null for none.</param>
    public Expression Tuple(bool withConditional = true, string? end = null, bool inBrackets = false)
    {
        int line = stream.Current.Line;
        List<Expression> items = [];
        bool isTuple = false;
        while (true)
        {
            if (items.Count > 0)
                stream.ExpectOperator(",");
            if (IsTupleEnd(end))
                break;
            items.Add(Expression(withConditional));
            if (!stream.Current.IsOperator(","))
                break;
            isTuple = true;
        }

        if (!isTuple && items.Count > 0)
            return items[0];
        if (!isTuple && !inBrackets)
            throw stream.Unexpected("an expression");
        return new SequenceLiteral(line, items, isTuple: true);
    }

    /// <param name="withConditional">Whether <c>a if b else c</c> may stand there.</param>
    public Expression Expression(bool withConditional = true)
    {
        if (_nested == 0)
            _operations = 0;
        return Nested<Expression>(withConditional ? Conditional : Or);
    }

    public bool IsTupleEnd(string? end) =>
        stream.Current.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd || stream.Current.IsOperator(")")
        || (end is not null && stream.Current.IsName(end));

    /// <summary>Filters behind each other.</summary>
    /// <param name="of">What they filter; null for the text of a block.</param>
    /// <param name="isNamed">Whether the first one has no <c>|</c> before it.</param>
    public Expression? Filters(Expression? of, bool isNamed = false)
    {
        while (isNamed || stream.SkipOperator("|"))
        {
            isNamed = false;
            Operation();
            Token name = stream.Expect(TokenKind.Name, "the name of a filter");
            string full = Dotted(name.Text);
            ArgumentList arguments = stream.Current.IsOperator("(") ? Arguments() : ArgumentList.None;
            of = new FilterUse(name.Line, of, Find(Library.Filters.Find(full), "filter", full, name.Line), arguments);
        }

        return of;
    }

    private Expression Conditional()
    {
        int line = stream.Current.Line;
        bool outer = IsLenient;
        // Whether a condition follows is known only behind the value: whatever it is, it may then not run.
        IsLenient = outer || stream.FollowsInExpression("if");
        Expression value = Or();
        while (stream.SkipName("if"))
        {
            Expression test = Or();
            Expression? otherwise = stream.SkipName("else") ? Conditional() : null;
            value = new Conditional(line, test, value, otherwise);
            line = stream.Current.Line;
        }

        IsLenient = outer;
        return value;
    }

    private Expression Or() => Chain(And, "or", (line, a, b) => new Logic(line, a, b, isAnd: false));

    private Expression And() => Chain(Not, "and", (line, a, b) => new Logic(line, a, b, isAnd: true));

    private Expression Chain(Func<Expression> part, string word, Func<int, Expression, Expression, Expression> join)
    {
        int line = stream.Current.Line;
        Expression left = part();
        while (stream.SkipName(word))
        {
            Operation();
            left = join(line, left, part());
            line = stream.Current.Line;
        }

        return left;
    }

    private Expression Not()
    {
        if (!stream.Current.IsName("not"))
            return Compared();
        int line = stream.Next().Line;
        return Nested(() => new Not(line, Not()));
    }

    private Expression Compared()
    {
        int line = stream.Current.Line;
        Expression first = Sum();
        List<(string, Expression)> rest = [];
        while (ComparisonSign() is { } sign)
            rest.Add((sign, Sum()));
        return rest.Count == 0 ? first : new Comparison(line, first, rest);
    }

    private string? ComparisonSign()
    {
        Token token = stream.Current;
        if (token.Kind == TokenKind.Operator && token.Text is "==" or "!=" or "<" or "<=" or ">" or ">=")
            return stream.Next().Text;
        if (stream.SkipName("in"))
            return "in";
        if (!token.IsName("not") || !stream.Following.IsName("in"))
            return null;
        stream.Next();
        stream.Next();
        return "not in";
    }

    private Expression Sum() => Arithmetic(Joined, "+", "-");

    private Expression Joined()
    {
        int line = stream.Current.Line;
        List<Expression> parts = [Product()];
        while (stream.SkipOperator("~"))
            parts.Add(Product());
        return parts.Count == 1 ? parts[0] : new Concatenation(line, parts);
    }

    private Expression Product() => Arithmetic(Power, "*", "/", "//", "%");

    private Expression Power() => Arithmetic(() => Unary(), "**");

    private Expression Arithmetic(Func<Expression> part, params string[] signs)
    {
        int line = stream.Current.Line;
        Expression left = part();
        while (stream.Current.Kind == TokenKind.Operator && signs.Contains(stream.Current.Text))
        {
            Operation();
            string sign = stream.Next().Text;
            Expression right = part();
            left = sign != "+" ? new Arithmetic(line, left, right, Arithmetics[sign])
                : left is Sum sum ? sum.Plus(line, right)
                : new Sum([left, right], [line, line]);
            line = stream.Current.Line;
        }

        return left;
    }

    private Expression Unary(bool withFilter = true)
    {
        int line = stream.Current.Line;
        Expression value;
        if (stream.SkipOperator("-"))
            value = Nested(() => new Sign(line, Unary(withFilter: false), Operators.Negate));
        else if (stream.SkipOperator("+"))
            value = Nested(() => new Sign(line, Unary(withFilter: false), Operators.Plus));
        else
            value = Primary();
        value = Postfix(value);
        return withFilter ? FiltersAndTests(value) : value;
    }

    private Expression Primary()
    {
        Token token = stream.Current;
        switch (token.Kind)
        {
            case TokenKind.Name:
                stream.Next();
                return NameOrConstant(token);
            case TokenKind.String:
                return new Constant(token.Line, new Str(Strings()));
            case TokenKind.Integer:
                stream.Next();
                return new Constant(token.Line, Int.Of(Whole(token.Text)));
            case TokenKind.Float:
                stream.Next();
                return new Constant(
                    token.Line, new Float(double.Parse(token.Text)));
        }

        if (stream.SkipOperator("("))
        {
            Expression inside = Tuple(inBrackets: true);
            stream.ExpectOperator(")");
            return inside;
        }

        if (stream.SkipOperator("["))
            return new SequenceLiteral(token.Line, Items("]", () => Expression()), isTuple: false);
        return stream.SkipOperator("{")
            ? new DictLiteral(token.Line, Items("}", Entry))
            : throw stream.Unexpected("an expression");
    }

    private static Expression NameOrConstant(Token token) => token.Text switch
    {
        "true" or "True" => new Constant(token.Line, Bool.True),
        "false" or "False" => new Constant(token.Line, Bool.False),
        "none" or "None" => new Constant(token.Line, None.Instance),
        _ => new Name(token.Line, token.Text),
    };

    /// <summary>Strings behind each other are one.</summary>
    private string Strings()
    {
        string text = "";
        while (stream.Current.Kind == TokenKind.String)
            text += stream.Next().Text;
        return text;
    }

    private static BigInteger Whole(string digits)
    {
        int radix = digits.Length < 2 ? 10 : char.ToLowerInvariant(digits[1]) switch
        {
            'b' => 2,
            'o' => 8,
            'x' => 16,
            _ => 10,
        };
        if (radix == 10)
            return BigInteger.Parse(digits);
        return digits[2..].Aggregate(
            BigInteger.Zero, (n, c) => (n * radix) + Convert.ToInt32(c.ToString(), 16));
    }

    /// <summary>What stands between brackets, with commas between.</summary>
    private List<T> Items<T>(string close, Func<T> item)
    {
        List<T> items = [];
        while (!stream.Current.IsOperator(close))
        {
            if (items.Count > 0)
                stream.ExpectOperator(",");
            if (stream.Current.IsOperator(close))
                break;
            items.Add(item());
        }

        stream.ExpectOperator(close);
        return items;
    }

    private KeyValuePair<Expression, Expression> Entry()
    {
        Expression key = Expression();
        stream.ExpectOperator(":");
        return KeyValuePair.Create(key, Expression());
    }

    /// <summary>A filter or test; where it is unknown, a fault now, or once it is used if it may never be.</summary>
    private Applied Find(Applied? found, string what, string name, int line)
    {
        if (found is not null)
            return found;
        TemplateFault fault = TemplateFault.NotSupported($"the {what} '{name}'", line);
        return IsLenient ? (_, _, _) => throw fault : throw fault;
    }

    private T Nested<T>(Func<T> read)
    {
        if (++_nested > Limits.TemplateParts)
        {
            throw TemplateFault.Syntax(
                $"too deep: expected at most {Limits.TemplateParts} expressions in each other, got more",
                stream.Current.Line);
        }

        T value = read();
        _nested--;
        return value;
    }

    private void Operation()
    {
        if (++_operations > Limits.TemplateOperations)
        {
            throw TemplateFault.Syntax(
                $"too long: expected at most {Limits.TemplateOperations} operations in an expression, got more",
                stream.Current.Line);
        }
    }
}
