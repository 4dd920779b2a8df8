using System.Globalization;
using System.Text;

namespace MolEngine.Engine.Chat.Jinja.Values;

/// <summary>The methods of texts.</summary>
internal static partial class StrMethods
{
    private static readonly Methods<Str> All = new("encode", "translate", "maketrans")
    {
        ["upper"] = Mapped("upper", CaseRules.Upper),
        ["lower"] = Mapped("lower", CaseRules.Lower),
        ["casefold"] = Mapped("casefold", t => CaseRules.Lower(CaseRules.Upper(t)).Replace('ς', 'σ')),
        ["title"] = Mapped("title", CaseRules.Title),
        ["capitalize"] = Mapped("capitalize", CaseRules.Capitalize),
        ["swapcase"] = Mapped("swapcase", CaseRules.SwapCase),
        ["strip"] = Stripped("strip", left: true, right: true),
        ["lstrip"] = Stripped("lstrip", left: true, right: false),
        ["rstrip"] = Stripped("rstrip", left: false, right: true),
        ["startswith"] = Affix("startswith", (text, part) => text.StartsWith(part, StringComparison.Ordinal)),
        ["endswith"] = Affix("endswith", (text, part) => text.EndsWith(part, StringComparison.Ordinal)),
        ["removeprefix"] = Without("removeprefix", (text, part) =>
            text.StartsWith(part, StringComparison.Ordinal) ? text[part.Length..] : text),
        ["removesuffix"] = Without("removesuffix", (text, part) =>
            text.EndsWith(part, StringComparison.Ordinal) ? text[..^part.Length] : text),
        ["split"] = (s, r, a) => Split(s, r, a, "split", fromRight: false),
        ["rsplit"] = (s, r, a) => Split(s, r, a, "rsplit", fromRight: true),
        ["splitlines"] = SplitLines,
        ["partition"] = (s, _, a) => Partition(s, a, "partition", t => s.Text.IndexOf(t, StringComparison.Ordinal)),
        ["rpartition"] = (s, _, a) => Partition(s, a, "rpartition", t => LastIndex(s.Text, t), fromRight: true),
        ["join"] = Join,
        ["replace"] = (s, r, a) =>
        {
            IReadOnlyList<Value> given = a.Unnamed("replace", 2, 3);
            int count = given.ElementAtOrDefault(2).Whole(-1, "replace");
            return s.With(Replace(r, s.Text, TextOf(given[0], "replace"), TextOf(given[1], "replace"), count));
        },
        ["find"] = (s, _, a) => Int.Of(Find(s, a, "find", fromRight: false)),
        ["rfind"] = (s, _, a) => Int.Of(Find(s, a, "rfind", fromRight: true)),
        ["index"] = (s, _, a) => Index(Find(s, a, "index", fromRight: false)),
        ["rindex"] = (s, _, a) => Index(Find(s, a, "rindex", fromRight: true)),
        ["count"] = Count,
        ["format"] = (s, r, a) => s.With(BraceFormat.Apply(r, s.Text, a)),
        ["format_map"] = (s, r, a) => s.With(BraceFormat.Apply(r, s.Text, MapOf(a.Unnamed("format_map", 1, 1)[0]))),
        ["center"] = Padded("center", Center),
        ["ljust"] = Padded("ljust", (r, t, w, c) => Pad(r, t, 0, w - Str.Count(t), c)),
        ["rjust"] = Padded("rjust", (r, t, w, c) => Pad(r, t, w - Str.Count(t), 0, c)),
        ["zfill"] = (s, r, a) => s.With(ZeroFill(r, s.Text, a.Unnamed("zfill", 1, 1)[0].Whole(0, "zfill"))),
        ["expandtabs"] = (s, r, a) =>
            s.With(ExpandTabs(r, s.Text, a.Bind("expandtabs", 0, "tabsize")[0].Whole(8, "expandtabs"))),
        ["isspace"] = Every("isspace", (t, i) => PythonText.IsSpace(t[i])),
        ["isprintable"] = (s, _, a) =>
            a.Unnamed("isprintable", 0, 0) is null ? s : Bool.From(Printed.IsPrintable(s.Text)),
        ["isalpha"] = Every("isalpha", char.IsLetter),
        ["isdecimal"] = Every("isdecimal", (t, i) => CharUnicodeInfo.GetDecimalDigitValue(t, i) >= 0),
        ["isdigit"] = Every("isdigit", (t, i) => CharUnicodeInfo.GetDigitValue(t, i) >= 0),
        ["isnumeric"] = Every("isnumeric", IsNumeric),
        ["isalnum"] = Every("isalnum", (t, i) => char.IsLetter(t, i) || IsNumeric(t, i)),
        ["islower"] = (s, _, a) => a.Unnamed("islower", 0, 0) is null ? s : Bool.From(CaseRules.IsLower(s.Text)),
        ["isupper"] = (s, _, a) => a.Unnamed("isupper", 0, 0) is null ? s : Bool.From(CaseRules.IsUpper(s.Text)),
        ["istitle"] = (s, _, a) => a.Unnamed("istitle", 0, 0) is null ? s : Bool.From(CaseRules.IsTitle(s.Text)),
        ["isascii"] = (s, _, a) => a.Unnamed("isascii", 0, 0) is null ? s : Bool.From(s.Text.All(char.IsAscii)),
        ["isidentifier"] = (s, _, a) =>
            a.Unnamed("isidentifier", 0, 0) is null ? s : Bool.From(PythonText.IsIdentifier(s.Text)),
    };

    public static Value? Find(Str text, string name) => All.Find(text, name);

    /// <summary>A text without characters at its ends.</summary>
    /// <param name="characters">Those that go; null for white space.</param>
    public static string Strip(string text, Value? characters, bool left, bool right)
    {
        string? gone = characters is null
            ? null
            : (characters as Str ?? throw TemplateFault.Type("strip arg must be None or str")).Text;
        int start = 0, end = text.Length;
        while (left && start < end && IsGone(start, char.IsSurrogatePair(text, start) ? 2 : 1))
            start += char.IsSurrogatePair(text, start) ? 2 : 1;
        while (right && end > start && IsGone(end - LastLength(text, end), LastLength(text, end)))
            end -= LastLength(text, end);
        return text[start..end];

        bool IsGone(int at, int length)
        {
            ReadOnlySpan<char> point = text.AsSpan(at, length);
            if (gone is null)
                return PythonText.IsSpace(point[0]);
            bool isHalf = length == 1 && char.IsSurrogate(point[0]);
            return isHalf ? new Str(gone).Points().Contains(point.ToString()) : gone.AsSpan().IndexOf(point) >= 0;
        }
    }

    public static string Replace(Render render, string text, string old, string replacement, int count)
    {
        if (old.Length == 0)
            return Interleave(render, text, replacement, count);
        var replaced = new StringBuilder();
        int at = 0;
        while (count != 0 && text.IndexOf(old, at, StringComparison.Ordinal) is var found and >= 0)
        {
            render.Produce(found - at + replacement.Length);
            replaced.Append(text, at, found - at).Append(replacement);
            at = found + old.Length;
            count--;
        }

        return replaced.Append(text, at, text.Length - at).ToString();
    }

    /// <summary>A text's lines: whatever Unicode ends a line with ends one.</summary>
    public static IReadOnlyList<string> Lines(string text, bool keepEnds)
    {
        List<string> lines = [];
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            bool isEnd = text[i] is >= '\n' and <= '\r' or >= '\x1c' and <= '\x1e' or '\x85' or '\u2028' or '\u2029';
            if (!isEnd)
                continue;
            int end = text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n' ? i + 2 : i + 1;
            lines.Add(text[start..(keepEnds ? end : i)]);
            start = end;
            i = end - 1;
        }

        if (start < text.Length)
            lines.Add(text[start..]);
        return lines;
    }

    public static string Center(Render render, string text, int width, char fill)
    {
        int missing = Math.Max(0, width - Str.Count(text));
        int left = (missing / 2) + (missing & width & 1);
        return Pad(render, text, left, missing - left, fill);
    }

    public static string Pad(Render render, string text, int left, int right, char fill)
    {
        (left, right) = (Math.Max(0, left), Math.Max(0, right));
        render.Produce(text.Length + (long)left + right);
        return new string(fill, left) + text + new string(fill, right);
    }

    private static int LastLength(string text, int end) =>
        end > 1 && char.IsSurrogatePair(text[end - 2], text[end - 1]) ? 2 : 1;

    private static int LastIndex(string text, string part) =>
        part.Length == 0 ? text.Length : text.LastIndexOf(part, StringComparison.Ordinal);

    private static string TextOf(Value value, string method) => value is Str s
        ? s.Text
        : throw TemplateFault.Type($"{method}: a str is needed, got '{value.TypeName}'");

    private static bool IsNumeric(string text, int at) => CharUnicodeInfo.GetNumericValue(text, at) != -1
        || CharUnicodeInfo.GetUnicodeCategory(text, at) is UnicodeCategory.DecimalDigitNumber
            or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    private static Func<Str, Render, Arguments, Value> Mapped(string name, Func<string, string> map) =>
        (text, render, arguments) =>
        {
            arguments.Unnamed(name, 0, 0);
            render.Produce(text.Text.Length);
            return text.Change(map);
        };

    private static Func<Str, Render, Arguments, Value> Stripped(string name, bool left, bool right) =>
        (text, render, arguments) =>
        {
            Value? characters = arguments.Unnamed(name, 0, 1).ElementAtOrDefault(0).OrNone();
            render.Produce(text.Text.Length);
            return text.Change(t => Strip(t, characters, left, right));
        };

    private static Func<Str, Render, Arguments, Value> Without(string name, Func<string, string, string> without) =>
        (text, _, arguments) =>
        {
            string part = TextOf(arguments.Unnamed(name, 1, 1)[0], name);
            return text.Change(t => without(t, part));
        };

    private static Func<Str, Render, Arguments, Value> Padded(
        string name, Func<Render, string, int, char, string> pad) =>
        (text, render, arguments) =>
        {
            IReadOnlyList<Value> given = arguments.Unnamed(name, 1, 2);
            string fill = given.ElementAtOrDefault(1).Text(" ", name);
            if (fill.Length != 1)
                throw TemplateFault.Type("The fill character must be exactly one character long");
            return text.Change(t => pad(render, t, given[0].Whole(0, name), fill[0]));
        };

    private static Func<Str, Render, Arguments, Value> Every(string name, Func<string, int, bool> isSo) =>
        (text, render, arguments) =>
        {
            arguments.Unnamed(name, 0, 0);
            render.Produce(text.Text.Length);
            bool all = text.Text.Length > 0;
            for (int i = 0; all && i < text.Text.Length; i += char.IsSurrogatePair(text.Text, i) ? 2 : 1)
                all = isSo(text.Text, i);
            return Bool.From(all);
        };

    private static Func<Str, Render, Arguments, Value> Affix(string name, Func<string, string, bool> has) =>
        (text, _, arguments) =>
        {
            IReadOnlyList<Value> given = arguments.Unnamed(name, 1, 3);
            string within = text.Text;
            (int start, int end) = Bounds(text, given);
            if (start > end)
                return Bool.False;
            within = within[start..end];
            return given[0] switch
            {
                Str part => Bool.From(has(within, part.Text)),
                PyTuple parts => Bool.From(parts.Values.Any(p => has(within, AffixOf(p, name)))),
                _ => throw TemplateFault.Type(
                    $"{name} first arg must be str or a tuple of str, not {given[0].TypeName}"),
            };
        };

    private static string AffixOf(Value part, string name) => part is Str s
        ? s.Text
        : throw TemplateFault.Type($"tuple for {name} must only contain str, not {part.TypeName}");

    /// <summary>The units between the places of the second and third argument.</summary>
    private static (int Start, int End) Bounds(Str text, IReadOnlyList<Value> given)
    {
        if (given.Count < 2)
            return (0, text.Text.Length);
        int length = text.Length!.Value;
        int start = Place(given[1], 0), end = Place(given.ElementAtOrDefault(2), length);
        if (start > length)
            return (1, 0);
        return length == text.Text.Length
            ? (start, Math.Min(end, length))
            : (Str.UnitOf(text.Text, start), Str.UnitOf(text.Text, end));

        int Place(Value? bound, int otherwise)
        {
            int place = bound.OrNone().Whole(otherwise, "slice indices must be integers or None");
            return place < 0 ? Math.Max(0, place + length) : place;
        }
    }

    private static int Find(Str text, Arguments arguments, string name, bool fromRight)
    {
        IReadOnlyList<Value> given = arguments.Unnamed(name, 1, 3);
        string part = TextOf(given[0], name);
        (int start, int end) = Bounds(text, given);
        if (start > end)
            return -1;
        string within = text.Text[start..end];
        int found = fromRight ? LastIndex(within, part) : within.IndexOf(part, StringComparison.Ordinal);
        return found < 0 ? -1 : Str.Count(text.Text.AsSpan(0, start + found));
    }

    private static Int Index(int found) =>
        found >= 0 ? Int.Of(found) : throw TemplateFault.Value("substring not found");

    private static Int Count(Str text, Render render, Arguments arguments)
    {
        IReadOnlyList<Value> given = arguments.Unnamed("count", 1, 3);
        string part = TextOf(given[0], "count");
        (int start, int end) = Bounds(text, given);
        if (start > end)
            return Int.Of(0);
        string within = text.Text[start..end];
        render.Produce(within.Length);
        if (part.Length == 0)
            return Int.Of(Str.Count(within) + 1);
        return Int.Of(within.AsSpan().Count(part));
    }

    private static string Interleave(Render render, string text, string between, int count)
    {
        string[] points = [.. new Str(text).Points()];
        int inserted = count < 0 ? points.Length + 1 : Math.Min(count, points.Length + 1);
        render.Produce(text.Length + ((long)inserted * between.Length));
        var joined = new StringBuilder();
        for (int i = 0; i <= points.Length; i++)
        {
            if (i < inserted)
                joined.Append(between);
            if (i < points.Length)
                joined.Append(points[i]);
        }

        return joined.ToString();
    }

    private static string ZeroFill(Render render, string text, int width)
    {
        int sign = text.StartsWith('-') || text.StartsWith('+') ? 1 : 0;
        return text[..sign] + Pad(render, text[sign..], width - Str.Count(text), 0, '0');
    }

    private static string ExpandTabs(Render render, string text, int size)
    {
        var expanded = new StringBuilder();
        int column = 0;
        foreach (string point in new Str(text).Points())
        {
            if (point == "\t")
            {
                int spaces = size > 0 ? size - (column % size) : 0;
                render.Produce(spaces);
                expanded.Append(' ', spaces);
                column += spaces;
                continue;
            }

            expanded.Append(point);
            column = point is "\n" or "\r" ? 0 : column + 1;
        }

        return expanded.ToString();
    }

    private static Arguments MapOf(Value map) => map is PyDict dict
        ? new Arguments([], [.. dict.Entries.Where(e => e.Key is Str)
            .Select(e => KeyValuePair.Create(((Str)e.Key).Text, e.Value))])
        : throw TemplateFault.Type($"format_map: expected a mapping, got '{map.TypeName}'");
}
