using System.Text;

namespace MolEngine.Data.Records;

/// <summary>
/// A text with fields of a record in it: <c>{title}\n\n{body}</c>. <c>{{</c> and <c>}}</c> stand for braces. What
/// stands in <c>[[</c> and <c>]]</c> with a field in it is left out where all its fields are empty or not there.
/// </summary>
internal sealed class RecordTemplate
{
    private const string Open = "[[";
    private const string Close = "]]";

    /// <summary>Parts in order: text, then a field's index; an index of -1 is none.</summary>
    private readonly List<(string Text, int Field, int Optional)> _parts = [];
    private readonly List<string> _fields = [];
    private readonly HashSet<int> _needed = [];

    /// <exception cref="ArgumentException">See <see cref="Mistake"/>.</exception>
    public RecordTemplate(string template)
    {
        int optionals = 0;
        for (int i = 0; i < template.Length;)
        {
            int open = template.IndexOf(Open, i, StringComparison.Ordinal);
            int close = open < 0 ? -1 : template.IndexOf(Close, open, StringComparison.Ordinal);

            if (close < 0 || !HasField(template[(open + Open.Length)..close]))
            {
                int end = close < 0 ? template.Length : close;
                Add(template[i..end], -1);
                i = end;
                if (close >= 0)
                {
                    Add(Close, -1);
                    i += Close.Length;
                }

                continue;
            }

            Add(template[i..open], -1);
            Add(template[(open + Open.Length)..close], optionals++);
            i = close + Close.Length;
        }
    }

    /// <summary>Names of the fields, each once.</summary>
    public IReadOnlyList<string> Fields => _fields;

    /// <summary>Whether a record must have a field: it stands outside optional parts.</summary>
    public bool Needs(int field) => _needed.Contains(field);

    /// <summary>What is wrong with a template, or null.</summary>
    /// <param name="needsField">Whether it must have a field: a turn of a dialogue may always say the same.</param>
    public static string? Mistake(string template, bool needsField)
    {
        try
        {
            bool hasField = new RecordTemplate(template).Fields.Count > 0;
            return hasField || !needsField ? null : $"expected a {{field}} in it, got '{template}'";
        }
        catch (ArgumentException e)
        {
            return e.Message;
        }
    }

    /// <summary>The text, and where in it the value of the last field lies; null where that field also stands earlier,
    /// so that what comes before the value gives it away, or where it was left out.</summary>
    /// <param name="values">In the order of <see cref="Fields"/>; null or empty: not there.</param>
    public (string Text, Range? Last) Render(IReadOnlyList<string?> values)
    {
        var text = new StringBuilder();
        var shown = new List<(int Field, Range Place)>();
        foreach ((string before, int field, int optional) in _parts)
        {
            if (optional >= 0 && IsEmpty(optional, values))
                continue;
            text.Append(before);
            int start = text.Length;
            text.Append(field < 0 ? "" : values[field]);
            if (field >= 0)
                shown.Add((field, start..text.Length));
        }

        int last = shown.Count == 0 ? -1 : _parts.FindLast(p => p.Field >= 0).Field;
        Range[] places = [.. shown.Where(s => s.Field == last).Select(s => s.Place)];
        return (text.ToString(), places is [var place] ? place : null);
    }

    private bool IsEmpty(int optional, IReadOnlyList<string?> values) => _parts.TrueForAll(
        p => p.Optional != optional || p.Field < 0 || string.IsNullOrEmpty(values[p.Field]));

    private static bool HasField(string part) => part.Replace("{{", "").Contains('{');

    /// <summary>Takes a stretch of the template apart.</summary>
    /// <param name="optional">Number of the optional part that it is; -1: it is none.</param>
    private void Add(string template, int optional)
    {
        var text = new StringBuilder();
        for (int i = 0; i < template.Length; i++)
        {
            char c = template[i];
            if (c is '{' or '}' && i + 1 < template.Length && template[i + 1] == c)
            {
                text.Append(c);
                i++;
            }
            else if (c == '{')
            {
                int end = template.IndexOf('}', i);
                if (end <= i + 1)
                    throw new ArgumentException($"expected {{field}}, got '{template[i..]}'. Write {{{{ for a brace");
                _parts.Add((text.ToString(), FieldOf(template[(i + 1)..end], optional), optional));
                text.Clear();
                i = end;
            }
            else if (c == '}')
            {
                throw new ArgumentException(
                    $"expected {{ before }}, got '{template[..(i + 1)]}'. Write }}}} for a brace");
            }
            else
            {
                text.Append(c);
            }
        }

        _parts.Add((text.ToString(), -1, optional));
    }

    private int FieldOf(string name, int optional)
    {
        int index = _fields.IndexOf(name);
        if (index < 0)
        {
            index = _fields.Count;
            _fields.Add(name);
        }

        if (optional < 0)
            _needed.Add(index);
        return index;
    }
}
