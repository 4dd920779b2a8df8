using System.Text;

namespace MolEngine.Engine.Chat.Jinja.Values;

/// <summary>Python's operators, with its errors.</summary>
internal static class Operators
{
    public static Value Add(Render render, Value a, Value b)
    {
        if (a is Str x && b is Str y)
            return Concatenate(render, x, y);
        if (Numbers.IsNumber(a) && Numbers.IsNumber(b))
            return Numbers.Add(a, b);
        if (a is Sequence s && b is Sequence t && a.TypeName == b.TypeName)
        {
            render.Produce(s.Values.Count + t.Values.Count);
            return s.With([.. s.Values, .. t.Values]);
        }

        Refuse(a, b);
        throw a is Str or Sequence
            ? TemplateFault.Type($"can only concatenate {a.TypeName} (not \"{b.TypeName}\") to {a.TypeName}")
            : Unsupported("+", a, b);
    }

    public static Value Subtract(Render render, Value a, Value b) => Number("-", a, b, Numbers.Subtract);

    public static Value Divide(Render render, Value a, Value b) => Number("/", a, b, Numbers.Divide);

    public static Value FloorDivide(Render render, Value a, Value b) => Number("//", a, b, Numbers.FloorDivide);

    public static Value Power(Render render, Value a, Value b) => Number("** or pow()", a, b, Numbers.Power);

    public static Value Multiply(Render render, Value a, Value b)
    {
        if (a is Str or Sequence && b is Int times)
            return Repeat(render, a, times);
        if (b is Str or Sequence && a is Int count)
            return Repeat(render, b, count);
        if (a is Str or Sequence && b is not Undefined)
            throw TemplateFault.Type($"can't multiply sequence by non-int of type '{b.TypeName}'");
        if (b is Str or Sequence && a is not Undefined)
            throw TemplateFault.Type($"can't multiply sequence by non-int of type '{a.TypeName}'");
        return Number("*", a, b, Numbers.Multiply);
    }

    public static Value Modulo(Render render, Value a, Value b) => a is Str format
        ? format.With(PercentFormat.Apply(render, format.Text, b))
        : Number("%", a, b, Numbers.Modulo);

    public static Value Negate(Value a) => Unary("-", a, Numbers.Negate);

    /// <summary>A number as it is; true and false become 1 and 0.</summary>
    public static Value Plus(Value a) => Unary("+", a, v => v is Int i ? Int.Of(i.Number) : v);

    /// <summary>Whether a is less than b, or equal where <paramref name="orEqual"/> says so.</summary>
    /// <param name="shown">The operator as it stands in the template, for errors.</param>
    public static bool IsLess(Value a, Value b, bool orEqual, string shown = "<")
    {
        if (Order(a, b, shown) is not int order)
            return false;
        return order < 0 || (orEqual && order == 0);
    }

    /// <summary>Python's order of two values; null where a number is NaN.</summary>
    /// <exception cref="TemplateFault">They have none.</exception>
    public static int? Order(Value a, Value b, string shown)
    {
        if (a is Str x && b is Str y)
            return CompareTexts(x.Text, y.Text);
        if (Numbers.IsNumber(a) && Numbers.IsNumber(b))
            return CompareNumbers(a, b);
        if (a is Sequence s && b is Sequence t && a.TypeName == b.TypeName)
        {
            Nesting.Check();
            return Sequence.FirstDifference(s, t) is var (first, second)
                ? Order(first, second, shown)
                : s.Values.Count.CompareTo(t.Values.Count);
        }

        Refuse(a, b);
        throw TemplateFault.Type(
            $"'{shown}' not supported between instances of '{a.TypeName}' and '{b.TypeName}'");
    }

    /// <summary>A text that is marked as HTML takes in others escaped.</summary>
    public static Str Concatenate(Render render, Str a, Str b)
    {
        render.Produce(a.Text.Length + b.Text.Length);
        return a.IsSafe == b.IsSafe
            ? a.With(a.Text + b.Text)
            : new Str((a.IsSafe ? a.Text : Html(a.Text)) + (b.IsSafe ? b.Text : Html(b.Text)), isSafe: true);
    }

    /// <summary>A text for HTML.</summary>
    public static string Html(string text) => text.Replace("&", "&amp;").Replace(">", "&gt;").Replace("<", "&lt;")
        .Replace("'", "&#39;").Replace("\"", "&#34;");

    private static Value Repeat(Render render, Value value, Int times)
    {
        long count = times.Number.Sign <= 0 ? 0 : (long)System.Numerics.BigInteger.Min(times.Number, int.MaxValue);
        render.Produce((value is Str s ? s.Text.Length : ((Sequence)value).Values.Count) * count);
        if (value is Str text)
            return text.With(new StringBuilder().Insert(0, text.Text, (int)count).ToString());
        var values = (Sequence)value;
        return values.With([.. Enumerable.Range(0, (int)count).SelectMany(_ => values.Values)]);
    }

    private static Value Number(string shown, Value a, Value b, Func<Value, Value, Value> operation)
    {
        if (Numbers.IsNumber(a) && Numbers.IsNumber(b))
            return operation(a, b);
        Refuse(a, b);
        throw Unsupported(shown, a, b);
    }

    private static Value Unary(string shown, Value a, Func<Value, Value> operation)
    {
        if (Numbers.IsNumber(a))
            return operation(a);
        Refuse(a, a);
        throw TemplateFault.Type($"bad operand type for unary {shown}: '{a.TypeName}'");
    }

    private static TemplateFault Unsupported(string shown, Value a, Value b) =>
        TemplateFault.Type($"unsupported operand type(s) for {shown}: '{a.TypeName}' and '{b.TypeName}'");

    /// <summary>Nothing is computed of what is undefined.</summary>
    private static void Refuse(Value a, Value b)
    {
        if (a is Undefined u)
            throw u.Fault;
        if (b is Undefined v)
            throw v.Fault;
    }

    private static int? CompareNumbers(Value a, Value b) => (a, b) switch
    {
        (Int x, Int y) => x.Number.CompareTo(y.Number),
        (Int x, Float y) => Numbers.Compare(x.Number, y.Number),
        (Float x, Int y) => -Numbers.Compare(y.Number, x.Number),
        (Float x, Float y) => double.IsNaN(x.Number) || double.IsNaN(y.Number) ? null : x.Number.CompareTo(y.Number),
        _ => null,
    };

    /// <summary>Compares texts by code points: a surrogate pair is above U+FFFF, not among U+D800 to U+DFFF.</summary>
    private static int CompareTexts(string a, string b)
    {
        int same = a.AsSpan().CommonPrefixLength(b);
        if (same == a.Length || same == b.Length)
            return a.Length.CompareTo(b.Length);
        bool cutsPair = char.IsLowSurrogate(a[same]) || char.IsLowSurrogate(b[same]);
        if (cutsPair && same > 0 && char.IsHighSurrogate(a[same - 1]))
            same--;
        return Point(a, same).CompareTo(Point(b, same));
    }

    private static int Point(string text, int at) =>
        char.IsSurrogatePair(text, at) ? char.ConvertToUtf32(text, at) : text[at];
}
