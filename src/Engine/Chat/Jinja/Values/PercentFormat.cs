using System.Numerics;
using System.Text;

namespace MolEngine.Engine.Chat.Jinja.Values;

/// <summary>Python's <c>"%s %d" % values</c>.</summary>
internal sealed class PercentFormat
{
    private readonly Render _render;
    private readonly string _format;
    private readonly Value _values;
    private readonly IReadOnlyList<Value> _tuple;
    private readonly StringBuilder _text = new();
    private int _at;
    private int _used;
    private bool _usesNames;

    private PercentFormat(Render render, string format, Value values)
    {
        (_render, _format, _values) = (render, format, values);
        _tuple = values is PyTuple tuple ? tuple.Values : [values];
    }

    public static string Apply(Render render, string format, Value values) =>
        new PercentFormat(render, format, values).Run();

    private string Run()
    {
        while (_at < _format.Length)
        {
            int percent = _format.IndexOf('%', _at);
            int end = percent < 0 ? _format.Length : percent;
            _text.Append(_format, _at, end - _at);
            _at = end + 1;
            if (percent >= 0)
                Directive();
        }

        // What has items, but is neither tuple nor text, may be a mapping that no directive asks.
        bool takesAny = _usesNames || (_values.HasItems && _values is not (PyTuple or Str));
        if (_used < _tuple.Count && !takesAny)
            throw TemplateFault.Type("not all arguments converted during string formatting");
        _render.Produce(_text.Length);
        return _text.ToString();
    }

    private void Directive()
    {
        Value? named = Next() == '(' ? Named() : null;
        string flags = "";
        while (Next() is '-' or '+' or ' ' or '#' or '0')
            flags += _format[_at++];
        int? width = Number(ref flags);
        int? precision = null;
        if (Next() == '.')
        {
            _at++;
            string ignored = "";
            precision = Math.Max(0, Number(ref ignored) ?? 0);
        }

        while (Next() is 'h' or 'l' or 'L')
            _at++;
        if (_at >= _format.Length)
            throw TemplateFault.Value("incomplete format");
        char kind = _format[_at++];
        if (kind == '%')
        {
            _text.Append('%');
            return;
        }

        string text = Convert(kind, named ?? Take(), flags, width ?? 0, precision);
        _render.Produce(Math.Max(width ?? 0, text.Length));
        _text.Append(flags.Contains('-')
            ? text + new string(' ', Math.Max(0, (width ?? 0) - Str.Count(text)))
            : new string(' ', Math.Max(0, (width ?? 0) - Str.Count(text))) + text);
    }

    private char Next() => _at < _format.Length ? _format[_at] : '\0';

    private Value Named()
    {
        int depth = 1, start = ++_at;
        while (depth > 0)
        {
            if (_at >= _format.Length)
                throw TemplateFault.Value("incomplete format key");
            depth += _format[_at] == '(' ? 1 : _format[_at] == ')' ? -1 : 0;
            _at++;
        }

        _usesNames = true;
        string key = _format[start..(_at - 1)];
        if (_values is not PyDict dict)
            throw TemplateFault.Type("format requires a mapping");
        return dict.Item(new Str(key)) ?? throw TemplateFault.Other("KeyError", Str.Quoted(key));
    }

    private int? Number(ref string flags)
    {
        if (Next() == '*')
        {
            _at++;
            int given = Take() is Int i ? (int)BigInteger.Clamp(i.Number, -(1 << 24), 1 << 24)
                : throw TemplateFault.Type("* wants int");
            if (given < 0)
                flags += '-';
            return Math.Abs(given);
        }

        int start = _at;
        while (char.IsAsciiDigit(Next()))
            _at++;
        if (start == _at)
            return null;
        return _at - start <= 8
            ? int.Parse(_format[start.._at])
            : throw TemplateFault.Value("a width of a format is too big");
    }

    private Value Take() => _used < _tuple.Count
        ? _tuple[_used++]
        : throw TemplateFault.Type("not enough arguments for format string");

    private static string Convert(char kind, Value value, string flags, int width, int? precision)
    {
        switch (kind)
        {
            case 's':
                return Cut(value.Print(), precision);
            case 'r' or 'a':
                return Cut(kind == 'r' ? value.Repr() : AsciiText.Of(value.Repr()), precision);
            case 'c':
                return Character(value);
        }

        NumberSpec spec = new()
        {
            Sign = flags.Contains('+') ? '+' : flags.Contains(' ') ? ' ' : '-',
            IsAlternate = flags.Contains('#'),
            Precision = precision,
            ZeroWidth = flags.Contains('0') && !flags.Contains('-') ? width : 0,
        };
        if ("diuoxX".Contains(kind))
            return spec.Whole(kind is 'i' or 'u' ? 'd' : kind, Whole(kind, value), precision ?? 0);
        if (!"eEfFgG".Contains(kind))
            throw TemplateFault.Value($"unsupported format character '{kind}' (0x{(int)kind:x})");
        if (value is Undefined u)
            throw u.Fault;
        Float number = FloatReader.Of(value is Str ? None.Instance : value)
            ?? throw TemplateFault.Type($"must be real number, not {value.TypeName}");
        return spec.Real(kind, number.Number);
    }

    private static BigInteger Whole(char kind, Value value) => value switch
    {
        Int i => i.Number,
        Float f when kind is 'd' or 'i' or 'u' && double.IsFinite(f.Number) => new BigInteger(Math.Truncate(f.Number)),
        Undefined u when kind is 'd' or 'i' or 'u' => throw u.Fault,
        _ => throw TemplateFault.Type(
            $"%{kind} format: {(kind is 'd' or 'i' or 'u' ? "a real number" : "an integer")} is required, "
                + $"not {value.TypeName}"),
    };

    private static string Cut(string text, int? precision) =>
        precision is int most && most < text.Length ? text[..Str.UnitOf(text, most)] : text;

    private static string Character(Value value) => value switch
    {
        Int i when i.Number >= 0 && i.Number <= 0x10FFFF => AsciiText.Character((int)i.Number),
        Str { Length: 1 } s => s.Text,
        Int => throw TemplateFault.Other("OverflowError", "%c arg not in range(0x110000)"),
        _ => throw TemplateFault.Type("%c requires int or char"),
    };
}

/// <summary>Texts in ASCII, and characters by their code.</summary>
internal static class AsciiText
{
    /// <summary>Python's <c>ascii</c> of what <c>repr</c> gives.</summary>
    public static string Of(string repr)
    {
        var text = new StringBuilder();
        foreach (string point in new Str(repr).Points())
        {
            int code = point.Length > 1 ? char.ConvertToUtf32(point, 0) : point[0];
            text.Append(code < 0x80 ? point : code < 0x100 ? $"\\x{code:x2}"
                : code < 0x10000 ? $"\\u{code:x4}" : $"\\U{code:x8}");
        }

        return text.ToString();
    }

    public static string Character(int code) =>
        code < 0x10000 ? ((char)code).ToString() : char.ConvertFromUtf32(code);
}
