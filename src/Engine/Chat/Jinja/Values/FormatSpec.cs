using System.Text.RegularExpressions;

namespace MolEngine.Engine.Chat.Jinja.Values;

/// <summary>Python's format specifications: <c>[[fill]align][sign][#][0][width][,][.precision][type]</c>.</summary>
internal sealed partial class FormatSpec
{
    private readonly Match _match;
    private readonly Value _value;

    private FormatSpec(Match match, Value value)
    {
        (_match, _value) = (match, value);
    }

    private char? Kind => Part("kind") is { Length: > 0 } kind ? kind[0] : null;

    private int Width => Number("width") ?? 0;

    public static string Apply(Render render, Value value, string specification)
    {
        if (specification.Length == 0)
            return value.Print();
        if (value is not (Str or Int or Float))
            throw TemplateFault.Type($"unsupported format string passed to {value.TypeName}.__format__");
        Match match = Pattern().Match(specification);
        if (!match.Success)
        {
            throw TemplateFault.Value(
                $"Invalid format specifier '{specification}' for object of type '{value.TypeName}'");
        }

        return new FormatSpec(match, value).Text(render);
    }

    private string Text(Render render)
    {
        bool isText = _value is Str;
        string text = isText ? Cut() : Figure();
        string align = Part("align") is { Length: > 0 } given ? given : isText ? "<" : ">";
        string fill = Part("fill") is { Length: > 0 } f ? f : Part("zero").Length > 0 && isText ? "0" : " ";
        int missing = Width - Str.Count(text);
        if (missing <= 0 || align == "=")
            return text;
        render.Produce(Width);
        int left = align switch { "<" => 0, ">" => missing, _ => missing / 2 };
        return string.Concat(Enumerable.Repeat(fill, left)) + text
            + string.Concat(Enumerable.Repeat(fill, missing - left));
    }

    private string Cut()
    {
        string text = ((Str)_value).Text;
        bool isWrong = (Kind is not null and not 's') || Part("sign").Length > 0 || Part("alternate").Length > 0
            || Part("group").Length > 0 || Part("align") == "=";
        if (isWrong)
            throw TemplateFault.Value($"Unknown format code '{_match.Value}' for object of type 'str'");
        return Number("precision") is int most && most < text.Length ? text[..Str.UnitOf(text, most)] : text;
    }

    private string Figure()
    {
        bool zeros = (Part("zero").Length > 0 && Part("align").Length == 0)
            || (Part("align") == "=" && Part("fill") == "0") || (Part("align") == "=" && Part("zero").Length > 0);
        NumberSpec spec = new()
        {
            Sign = Part("sign") is { Length: > 0 } sign ? sign[0] : '-',
            IsAlternate = Part("alternate").Length > 0,
            Group = Part("group") is { Length: > 0 } group ? group[0] : null,
            Precision = Number("precision"),
            ZeroWidth = zeros ? Width : 0,
        };
        if (_value is Int whole && Kind is null or 'd' or 'b' or 'o' or 'x' or 'X' or 'n' or 'c')
            return Whole(spec, whole);
        double number = Numbers.ToDouble(_value);
        return Kind switch
        {
            null => General(spec, number),
            'e' or 'E' or 'f' or 'F' or 'g' or 'G' or '%' => spec.Real(Kind.Value, number),
            'n' => spec.Real('g', number),
            _ => throw TemplateFault.Value(
                $"Unknown format code '{Kind}' for object of type '{_value.TypeName}'"),
        };
    }

    private string Whole(NumberSpec spec, Int value)
    {
        if (spec.Precision is not null)
            throw TemplateFault.Value("Precision not allowed in integer format specifier");
        if (Kind == 'c')
            return AsciiText.Character((int)System.Numerics.BigInteger.Clamp(value.Number, 0, 0x10FFFF));
        return Kind is null && value is Bool && spec == new NumberSpec()
            ? Numbers.Text(value.Number)
            : spec.Whole(Kind is null or 'n' ? 'd' : Kind.Value, value.Number);
    }

    /// <summary>Without a type: the shortest digits, or so many significant ones with one behind the point.</summary>
    private string General(NumberSpec spec, double number)
    {
        string text = spec.Precision is null
            ? FloatText.Shortest(Math.Abs(number))
            : (spec with { Sign = '-', ZeroWidth = 0, Group = null }).Real('g', Math.Abs(number));
        if (spec.Precision is not null && text.All(char.IsAsciiDigit))
            text += ".0";
        return spec.Finished(double.IsNegative(number) && !double.IsNaN(number), text);
    }

    private string Part(string name) => _match.Groups[name].Value;

    private int? Number(string name)
    {
        string digits = Part(name);
        if (digits.Length == 0)
            return null;
        return digits.Length <= 8
            ? int.Parse(digits)
            : throw TemplateFault.Value("Too many decimal digits in format string");
    }

    [GeneratedRegex(
        @"\A(?:(?<fill>[\uD800-\uDBFF][\uDC00-\uDFFF]|.)?(?<align>[<>=^]))?(?<sign>[-+ ])?(?<alternate>\#)?(?<zero>0)?"
            + @"(?<width>[0-9]+)?(?<group>[,_])?(?:\.(?<precision>[0-9]+))?(?<kind>[a-zA-Z%])?\z",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
