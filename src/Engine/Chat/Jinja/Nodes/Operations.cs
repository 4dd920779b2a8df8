using System.Text;
using MolEngine.Engine.Chat.Jinja.Values;

namespace MolEngine.Engine.Chat.Jinja.Nodes;

/// <summary>Two values and an arithmetic operator.</summary>
internal sealed class Arithmetic(
    int line, Expression left, Expression right, Func<Render, Value, Value, Value> operation) : Expression(line)
{
    public override IEnumerable<Node> Parts => [left, right];

    public override Value Evaluate(Render render)
    {
        Value a = left.Evaluate(render), b = right.Evaluate(render);
        render.Line = Line;
        return operation(render, a, b);
    }
}

/// <summary><c>a + b + c</c>: texts are put together once, not two by two.</summary>
/// <param name="operands">At least two.</param>
/// <param name="lines">Where the sign before each operand stands; of the first, the one behind it.</param>
internal sealed class Sum(Expression[] operands, int[] lines) : Expression(lines[0])
{
    public override IEnumerable<Node> Parts => operands;

    /// <summary>The sum with one more operand.</summary>
    public Sum Plus(int line, Expression operand) => new([.. operands, operand], [.. lines, line]);

    public override Value Evaluate(Render render)
    {
        var texts = new string[operands.Length];
        int count = Texts(render, texts, out Value? other);
        return Total(render, texts.AsSpan(0, count), other);
    }

    /// <summary>Writes the sum: texts as they are, without putting them together first.</summary>
    public void Write(Render render)
    {
        var texts = new string[operands.Length];
        int count = Texts(render, texts, out Value? other);
        if (other is not null)
        {
            render.Write(Total(render, texts.AsSpan(0, count), other).Print());
            return;
        }

        foreach (string text in texts)
            render.Write(text);
    }

    /// <summary>Evaluates operands as long as they are texts, and the first that is none.</summary>
    /// <returns>How many texts there are.</returns>
    private int Texts(Render render, string[] texts, out Value? other)
    {
        other = null;
        for (int i = 0; i < operands.Length; i++)
        {
            Value value = operands[i].Evaluate(render);
            render.Line = lines[i];
            if (value is not Str { IsSafe: false, Text: var text })
            {
                other = value;
                return i;
            }

            texts[i] = text;
        }

        return operands.Length;
    }

    /// <param name="other">What follows the texts; null where they are all.</param>
    private Value Total(Render render, ReadOnlySpan<string> texts, Value? other)
    {
        string text = string.Concat(texts);
        render.Produce(text.Length);
        Value sum = other is null ? new Str(text)
            : texts.Length == 0 ? other
            : Operators.Add(render, new Str(text), other);
        for (int i = texts.Length + 1; i < operands.Length; i++)
        {
            Value next = operands[i].Evaluate(render);
            render.Line = lines[i];
            sum = Operators.Add(render, sum, next);
        }

        return sum;
    }
}

/// <summary>A sign before a value.</summary>
internal sealed class Sign(int line, Expression operand, Func<Value, Value> operation) : Expression(line)
{
    public override IEnumerable<Node> Parts => [operand];

    public override Value Evaluate(Render render)
    {
        Value value = operand.Evaluate(render);
        render.Line = Line;
        return operation(value);
    }
}

internal sealed class Not(int line, Expression operand) : Expression(line)
{
    public override IEnumerable<Node> Parts => [operand];

    public override Value Evaluate(Render render) => Bool.From(!operand.Evaluate(render).IsTrue);
}

/// <summary><c>and</c> or <c>or</c>: the first value that decides, else the last.</summary>
internal sealed class Logic(int line, Expression left, Expression right, bool isAnd) : Expression(line)
{
    public override IEnumerable<Node> Parts => [left, right];

    public override Value Evaluate(Render render) =>
        left.Evaluate(render) is var value && value.IsTrue == isAnd ? right.Evaluate(render) : value;
}

/// <summary><c>a if b else c</c>; undefined where there is no <c>else</c> and it would be taken.</summary>
internal sealed class Conditional(int line, Expression test, Expression then, Expression? otherwise) : Expression(line)
{
    public override IEnumerable<Node> Parts => otherwise is null ? [test, then] : [test, then, otherwise];

    public override Value Evaluate(Render render)
    {
        if (test.Evaluate(render).IsTrue)
            return then.Evaluate(render);
        return otherwise?.Evaluate(render) ?? new Undefined(
            $"the inline if-expression on line {Line} evaluated to false and no else section was defined.");
    }
}

/// <summary><c>a ~ b</c>: the texts of values, one after the other.</summary>
internal sealed class Concatenation(int line, IReadOnlyList<Expression> parts) : Expression(line)
{
    public override IEnumerable<Node> Parts => parts;

    public override Value Evaluate(Render render)
    {
        var text = new StringBuilder();
        foreach (Value value in parts.Select(p => p.Evaluate(render)).ToArray())
        {
            render.Line = Line;
            text.Append(value.Print());
        }

        render.Produce(text.Length);
        return new Str(text.ToString());
    }
}

/// <summary>A chain of comparisons: <c>a &lt; b &lt;= c</c>.</summary>
internal sealed class Comparison(
    int line, Expression first, IReadOnlyList<(string Operator, Expression Operand)> rest) : Expression(line)
{
    private static readonly Dictionary<string, Func<Value, Value, bool>> Operations = new()
    {
        ["=="] = ValueComparer.Instance.Equals,
        ["!="] = (a, b) => !ValueComparer.Instance.Equals(a, b),
        ["<"] = (a, b) => Operators.IsLess(a, b, orEqual: false),
        ["<="] = (a, b) => Operators.IsLess(a, b, orEqual: true, "<="),
        [">"] = (a, b) => Operators.IsLess(b, a, orEqual: false, ">"),
        [">="] = (a, b) => Operators.IsLess(b, a, orEqual: true, ">="),
        ["in"] = (a, b) => b.Contains(a),
        ["not in"] = (a, b) => !b.Contains(a),
    };

    private readonly (Func<Value, Value, bool> Operation, Expression Operand)[] _rest =
        [.. rest.Select(r => (Operations[r.Operator], r.Operand))];

    public override IEnumerable<Node> Parts => [first, .. rest.Select(r => r.Operand)];

    /// <summary>Compares two values by an operator's sign.</summary>
    public static bool Compare(string sign, Value a, Value b) => Operations[sign](a, b);

    public override Value Evaluate(Render render)
    {
        Value left = first.Evaluate(render);
        foreach ((Func<Value, Value, bool> operation, Expression operand) in _rest)
        {
            Value right = operand.Evaluate(render);
            render.Line = Line;
            render.Look(left);
            render.Look(right);
            if (!operation(left, right))
                return Bool.False;
            left = right;
        }

        return Bool.True;
    }
}
