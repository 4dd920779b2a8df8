using System.Text;

namespace MolEngine.Engine.Chat.Jinja.Values;

/// <summary>Python's <c>"{} {name[0]!r:>5}".format(...)</c>, in the sandbox.</summary>
internal sealed class BraceFormat
{
    /// <summary>Fields in the specifications of fields.</summary>
    private const int MostNested = 2;

    private readonly Render _render;
    private readonly Arguments _arguments;
    private int _automatic;

    private BraceFormat(Render render, Arguments arguments)
    {
        (_render, _arguments) = (render, arguments);
    }

    public static string Apply(Render render, string format, Arguments arguments)
    {
        string text = new BraceFormat(render, arguments).Text(format, MostNested);
        render.Produce(text.Length);
        return text;
    }

    private string Text(string format, int depth)
    {
        if (depth < 0)
            throw TemplateFault.Value("Max string recursion exceeded");
        var text = new StringBuilder();
        for (int at = 0; at < format.Length;)
        {
            char c = format[at];
            bool isDouble = at + 1 < format.Length && format[at + 1] == c;
            if (c is '{' or '}' && isDouble)
            {
                text.Append(c);
                at += 2;
            }
            else if (c == '{')
            {
                int end = End(format, at + 1);
                text.Append(Field(format[(at + 1)..end], depth));
                at = end + 1;
            }
            else if (c == '}')
            {
                throw TemplateFault.Value("Single '}' encountered in format string");
            }
            else
            {
                text.Append(c);
                at++;
            }
        }

        return text.ToString();
    }

    /// <summary>Where a field's closing brace is.</summary>
    private static int End(string format, int at)
    {
        int depth = 1;
        for (; at < format.Length; at++)
        {
            depth += format[at] == '{' ? 1 : format[at] == '}' ? -1 : 0;
            if (depth == 0)
                return at;
        }

        throw TemplateFault.Value("expected '}' before end of string");
    }

    private string Field(string field, int depth)
    {
        int bracket = field.IndexOf('['), close = bracket >= 0 ? field.LastIndexOf(']') : -1;
        int nameEnd = field.AsSpan().IndexOfAny('!', ':');
        if (nameEnd >= 0 && bracket >= 0 && bracket < nameEnd && close > nameEnd)
            nameEnd = field.AsSpan(close).IndexOfAny('!', ':') is var later and >= 0 ? close + later : -1;
        string name = nameEnd < 0 ? field : field[..nameEnd];
        string rest = nameEnd < 0 ? "" : field[nameEnd..];
        Value value = Find(name);
        if (rest.StartsWith('!'))
        {
            if (rest.Length < 2 || (rest.Length > 2 && rest[2] != ':'))
                throw TemplateFault.Value("expected ':' after conversion specifier");
            value = Converted(value, rest[1]);
            rest = rest[2..];
        }

        string specification = rest.Length > 0 ? Text(rest[1..], depth - 1) : "";
        return FormatSpec.Apply(_render, value, specification);
    }

    private static Value Converted(Value value, char conversion) => conversion switch
    {
        's' => new Str(value.Print()),
        'r' => new Str(value.Repr()),
        'a' => new Str(AsciiText.Of(value.Repr())),
        _ => throw TemplateFault.Value($"Unknown conversion specifier {conversion}"),
    };

    private Value Find(string path)
    {
        int end = path.AsSpan().IndexOfAny('.', '[');
        Value value = First(end < 0 ? path : path[..end]);
        for (int at = end < 0 ? path.Length : end; at < path.Length;)
        {
            bool isItem = path[at] == '[';
            int stop = isItem ? path.IndexOf(']', at) : path.AsSpan(at + 1).IndexOfAny('.', '[') is var n and >= 0
                ? at + 1 + n
                : path.Length;
            if (stop < 0)
                throw TemplateFault.Value("Missing ']' in format string");
            string part = path[(at + 1)..stop];
            if (part.Length == 0)
                throw TemplateFault.Value("Empty attribute in format string");
            value = isItem ? Lookup.Item(value, Key(part)) : Lookup.Attribute(value, new Str(part));
            at = isItem ? stop + 1 : stop;
        }

        return value;
    }

    private static Value Key(string part) =>
        part.All(char.IsAsciiDigit) && part.Length < 10
            ? Int.Of(int.Parse(part))
            : new Str(part);

    private Value First(string name)
    {
        if (name.Length == 0 || (name.All(char.IsAsciiDigit) && name.Length < 10))
        {
            bool isAutomatic = name.Length == 0;
            if (isAutomatic ? _automatic < 0 : _automatic > 0)
            {
                throw TemplateFault.Value(
                    "cannot switch between manual field specification and automatic field numbering");
            }

            int index = isAutomatic ? _automatic++ : int.Parse(name);
            if (!isAutomatic)
                _automatic = -1;
            return index < _arguments.Positional.Count
                ? _arguments.Positional[index]
                : throw TemplateFault.Other(
                    "IndexError", $"Replacement index {index} out of range for positional args tuple");
        }

        return _arguments.Named.FirstOrDefault(n => n.Key == name).Value
            ?? throw TemplateFault.Other("KeyError", Str.Quoted(name));
    }
}
