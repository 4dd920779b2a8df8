using System.Text;
using System.Text.RegularExpressions;
using MolEngine.Engine.Chat.Jinja.Nodes;
using MolEngine.Engine.Chat.Jinja.Values;

namespace MolEngine.Engine.Chat.Jinja.Library;

/// <summary>Filters of texts. Other values are taken as what they print as.</summary>
internal static partial class TextFilters
{
    public static IReadOnlyDictionary<string, Applied> All { get; } = new Dictionary<string, Applied>
    {
        ["string"] = (_, v, a) => Plain("string", a, v is Str ? v : new Str(v.Print())),
        ["upper"] = Mapped("upper", CaseRules.Upper),
        ["lower"] = Mapped("lower", CaseRules.Lower),
        ["capitalize"] = Mapped("capitalize", CaseRules.Capitalize),
        ["title"] = Mapped("title", Title),
        ["trim"] = (_, v, a) => Soft(v).Change(
            t => StrMethods.Strip(t, a.Bind("trim", 0, "chars")[0].OrNone(), left: true, right: true)),
        ["replace"] = Replace,
        ["indent"] = Indent,
        ["center"] = (r, v, a) => Soft(v).Change(
            t => StrMethods.Center(r, t, a.Bind("center", 0, "width")[0].Whole(80, "center"), ' ')),
        ["truncate"] = Truncate,
        ["wordcount"] = (_, v, a) => Plain("wordcount", a, Int.Of(Words().Count(v.Print()))),
        ["urlencode"] = (_, v, a) => Plain("urlencode", a, new Str(UrlText.Encode(v))),
        ["format"] = Format,
        ["safe"] = (_, v, a) => Plain("safe", a, new Str(v.Print(), isSafe: true)),
        ["escape"] = Escape,
        ["e"] = Escape,
        ["forceescape"] = (_, v, a) => Plain("forceescape", a, new Str(Operators.Html(v.Print()), isSafe: true)),
        ["tojson"] = ToJson,
    };

    /// <summary>A text as it is, anything else as it prints.</summary>
    public static Str Soft(Value value) => value as Str ?? new Str(value.Print());

    private static Value Plain(string name, Arguments arguments, Value result)
    {
        arguments.Unnamed(name, 0, 0);
        return result;
    }

    private static Applied Mapped(string name, Func<string, string> map) => (render, value, arguments) =>
    {
        arguments.Unnamed(name, 0, 0);
        Str text = Soft(value);
        render.Produce(text.Text.Length);
        return text.Change(map);
    };

    private static string Title(string text) => string.Concat(WordBeginnings().Split(text).Select(word =>
    {
        if (word.Length == 0)
            return "";
        string first = CaseRules.At(word, 0);
        return CaseRules.Upper(first) + CaseRules.Lower(word[first.Length..]);
    }));

    private static Str Replace(Render render, Value value, Arguments arguments)
    {
        Value?[] given = arguments.Bind("replace", 2, "old", "new", "count");
        int count = given[2].OrNone().Whole(-1, "replace");
        return new Str(StrMethods.Replace(render, value.Print(), given[0]!.Print(), given[1]!.Print(), count));
    }

    private static Str Indent(Render render, Value value, Arguments arguments)
    {
        Value?[] given = arguments.Bind("indent", 0, "width", "first", "blank");
        string indent = given[0] is Str s
            ? s.Text
            : new string(' ', Math.Clamp(given[0].Whole(4, "indent"), 0, 1 << 16));
        if (value is Undefined u)
            throw u.Fault;
        if (value is not Str text)
            throw TemplateFault.Type($"unsupported operand type(s) for +=: '{value.TypeName}' and 'str'");
        IReadOnlyList<string> lines = StrMethods.Lines(text.Text + "\n", keepEnds: false);
        render.Produce(text.Text.Length + ((long)lines.Count * indent.Length));
        bool blank = given[2].IsTrue();
        var indented = new StringBuilder(given[1].IsTrue() ? indent : "").Append(lines[0]);
        foreach (string line in lines.Skip(1))
            indented.Append('\n').Append(line.Length > 0 || blank ? indent : "").Append(line);
        return text.With(indented.ToString());
    }

    private static Value Truncate(Render render, Value value, Arguments arguments)
    {
        Value?[] given = arguments.Bind("truncate", 0, "length", "killwords", "end", "leeway");
        int length = given[0].Whole(255, "truncate"), leeway = given[3].OrNone().Whole(5, "truncate");
        string end = given[2].Text("...", "truncate");
        if (length < Str.Count(end) || leeway < 0)
        {
            throw TemplateFault.Other(
                "AssertionError",
                $"truncate: expected a length of at least {Str.Count(end)} and a leeway of at least 0");
        }

        if (value.Length is not int size)
            throw TemplateFault.Type($"object of type '{value.TypeName}' has no len()");
        if (size <= (long)length + leeway)
            return value;
        if (value is not Str text)
            throw TemplateFault.Type($"truncate: expected a str, got '{value.TypeName}'");
        string cut = text.Text[..Str.UnitOf(text.Text, length - Str.Count(end))];
        if (!given[1].IsTrue() && cut.LastIndexOf(' ') is var space and >= 0)
            cut = cut[..space];
        return text.With(cut + end);
    }

    private static Value Format(Render render, Value value, Arguments arguments)
    {
        if (arguments.Positional.Count > 0 && arguments.Named.Count > 0)
        {
            throw TemplateFault.Other(
                "FilterArgumentError", "can't handle positional and keyword arguments at the same time");
        }

        Value values = arguments.Named.Count > 0
            ? new PyDict(arguments.Named.Select(n => KeyValuePair.Create<Value, Value>(new Str(n.Key), n.Value)))
            : new PyTuple(arguments.Positional);
        return Operators.Modulo(render, Soft(value), values);
    }

    private static Value Escape(Render render, Value value, Arguments arguments) => Plain(
        "escape", arguments,
        value is Str { IsSafe: true } ? value : new Str(Operators.Html(value.Print()), isSafe: true));

    private static Str ToJson(Render render, Value value, Arguments arguments)
    {
        Value?[] given = arguments.Bind("tojson", 0, "ensure_ascii", "indent", "separators", "sort_keys");
        string? indent = given[1].OrNone() switch
        {
            null => null,
            Str s => s.Text,
            var width => new string(' ', Math.Clamp(width.Whole(0, "tojson"), 0, 1 << 10)),
        };
        (string item, string key) = (indent is null ? ", " : ",", ": ");
        if (given[2].OrNone() is { } separators)
        {
            Value[] pair = [.. separators.Iterate().Take(3)];
            if (pair.Length != 2)
                throw TemplateFault.Value("tojson: separators: expected two");
            (item, key) = (pair[0].Text("", "separators"), pair[1].Text("", "separators"));
        }

        string text = new JsonText(given[0].IsTrue(), indent, item, key, given[3].IsTrue()).Of(value);
        render.Produce(text.Length);
        return new Str(text);
    }

    [GeneratedRegex(@"([-\s({\[<]+)")]
    private static partial Regex WordBeginnings();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Words();
}
