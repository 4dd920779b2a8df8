using System.Text;

namespace MolEngine.Engine.Chat.Jinja.Values;

internal static partial class StrMethods
{
    private static PyList Split(Str text, Render render, Arguments arguments, string name, bool fromRight)
    {
        Value?[] given = arguments.Bind(name, 0, "sep", "maxsplit");
        int most = given[1].Whole(-1, name);
        if (most < 0)
            most = int.MaxValue;
        render.Produce(text.Text.Length);
        List<string> parts = given[0].OrNone() is { } separator
            ? Split(text.Text, TextOf(separator, name), most, fromRight)
            : SplitSpaces(text.Text, most, fromRight);
        return new PyList([.. parts.Select(text.With)]);
    }

    private static List<string> Split(string text, string separator, int most, bool fromRight)
    {
        if (separator.Length == 0)
            throw TemplateFault.Value("empty separator");
        List<string> parts = [];
        int start = 0, end = text.Length;
        while (parts.Count < most)
        {
            int found = fromRight
                ? text.AsSpan(0, end).LastIndexOf(separator, StringComparison.Ordinal)
                : text.IndexOf(separator, start, StringComparison.Ordinal);
            if (found < 0)
                break;
            parts.Add(fromRight ? text[(found + separator.Length)..end] : text[start..found]);
            (start, end) = fromRight ? (start, found) : (found + separator.Length, end);
        }

        parts.Add(text[start..end]);
        if (fromRight)
            parts.Reverse();
        return parts;
    }

    private static List<string> SplitSpaces(string text, int most, bool fromRight)
    {
        List<string> parts = [];
        int start = PythonText.SkipSpaces(text, 0), end = PythonText.EndWithoutSpaces(text, start, text.Length);
        while (start < end && parts.Count < most)
        {
            int at = fromRight ? end : start;
            if (fromRight)
            {
                while (at > start && !PythonText.IsSpace(text[at - 1]))
                    at--;
                parts.Add(text[at..end]);
                end = PythonText.EndWithoutSpaces(text, start, at);
            }
            else
            {
                while (at < end && !PythonText.IsSpace(text[at]))
                    at++;
                parts.Add(text[start..at]);
                start = PythonText.SkipSpaces(text, at);
            }
        }

        // What is left keeps its white space on the side that no split came to.
        if (start < end)
            parts.Add(fromRight ? text[..end] : text[start..]);
        if (fromRight)
            parts.Reverse();
        return parts;
    }

    private static PyList SplitLines(Str text, Render render, Arguments arguments)
    {
        bool keepEnds = arguments.Bind("splitlines", 0, "keepends")[0].IsTrue();
        render.Produce(text.Text.Length);
        return new PyList([.. Lines(text.Text, keepEnds).Select(text.With)]);
    }

    private static PyTuple Partition(
        Str text, Arguments arguments, string name, Func<string, int> find, bool fromRight = false)
    {
        string separator = TextOf(arguments.Unnamed(name, 1, 1)[0], name);
        if (separator.Length == 0)
            throw TemplateFault.Value("empty separator");
        int found = find(separator);
        if (found < 0)
            return new PyTuple(fromRight ? [Str.Empty, Str.Empty, text] : [text, Str.Empty, Str.Empty]);
        return new PyTuple(
            [text.With(text.Text[..found]), new Str(separator), text.With(text.Text[(found + separator.Length)..])]);
    }

    private static Str Join(Str text, Render render, Arguments arguments)
    {
        Value values = arguments.Unnamed("join", 1, 1)[0];
        if (values.Items() is not { } items)
            throw TemplateFault.Type("can only join an iterable");
        var joined = new StringBuilder();
        int index = 0;
        foreach (Value item in items)
        {
            if (index > 0)
                joined.Append(text.Text);
            if (item is not Str part)
                throw TemplateFault.Type($"sequence item {index}: expected str instance, {item.TypeName} found");
            render.Produce(part.Text.Length + text.Text.Length);
            joined.Append(part.Text);
            index++;
        }

        return text.With(joined.ToString());
    }
}
