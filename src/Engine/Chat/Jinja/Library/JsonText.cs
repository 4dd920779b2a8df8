using System.Text;
using MolEngine.Engine.Chat.Jinja.Values;

namespace MolEngine.Engine.Chat.Jinja.Library;

/// <summary>Python's <c>json.dumps</c>.</summary>
/// <param name="indent">What a level is indented by; null for one line.</param>
internal sealed class JsonText(
    bool ensureAscii, string? indent, string itemSeparator, string keySeparator, bool sortKeys)
{
    private readonly StringBuilder _text = new();

    public string Of(Value value)
    {
        Write(value, 0);
        return _text.ToString();
    }

    private void Write(Value value, int depth)
    {
        Nesting.Check();
        switch (value)
        {
            case Str text:
                Quote(text.Text);
                break;
            case None or Int or Float:
                _text.Append(Scalar(value));
                break;
            case Sequence list:
                Items('[', list.Values, ']', depth, v => Write(v, depth + 1));
                break;
            case PyDict dict:
                Items('{', Entries(dict), '}', depth, e => Entry(e.Key, e.Value, depth));
                break;
            default:
                throw TemplateFault.Type($"Object of type {value.TypeName} is not JSON serializable");
        }
    }

    private static string Scalar(Value value) => value switch
    {
        None => "null",
        Bool b => b.IsTrue ? "true" : "false",
        Float { Number: double.NaN } => "NaN",
        Float { Number: double.PositiveInfinity } => "Infinity",
        Float { Number: double.NegativeInfinity } => "-Infinity",
        _ => value.Repr(),
    };

    /// <summary>The entries, sorted by their keys as they are, where that is asked for.</summary>
    private IEnumerable<KeyValuePair<Value, Value>> Entries(PyDict dict) => sortKeys
        ? Sorting.Sort(dict.Entries, e => e.Key)
        : dict.Entries;

    private void Entry(Value key, Value value, int depth)
    {
        string name = key switch
        {
            Str text => text.Text,
            None or Int or Float => Scalar(key),
            _ => throw TemplateFault.Type(
                $"keys must be str, int, float, bool or None, not {key.TypeName}"),
        };
        Quote(name);
        _text.Append(keySeparator);
        Write(value, depth + 1);
    }

    private void Items<T>(char open, IEnumerable<T> items, char close, int depth, Action<T> write)
    {
        _text.Append(open);
        bool any = false;
        foreach (T item in items)
        {
            if (any)
                _text.Append(itemSeparator);
            any = true;
            NewLine(depth + 1);
            write(item);
        }

        if (any)
            NewLine(depth);
        _text.Append(close);
    }

    private void NewLine(int depth)
    {
        if (indent is null)
            return;
        _text.Append('\n');
        for (int i = 0; i < depth; i++)
            _text.Append(indent);
    }

    private void Quote(string text)
    {
        Render.Current?.Produce(text.Length);
        _text.Append('"');
        foreach (char c in text)
        {
            string? named = c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\f' => "\\f",
                '\b' => "\\b",
                _ => null,
            };
            if (named is not null)
                _text.Append(named);
            else if (c < ' ' || (ensureAscii && c > '~'))
                _text.Append($"\\u{(int)c:x4}");
            else
                _text.Append(c);
        }

        _text.Append('"');
    }
}
