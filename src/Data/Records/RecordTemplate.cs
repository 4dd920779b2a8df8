using System.Text;

namespace MolEngine.Data.Records;

/// <summary>
/// A text with fields of a record in it: <c>{title}\n\n{body}</c>. <c>{{</c> and <c>}}</c> stand for braces.
/// </summary>
internal sealed class RecordTemplate
{
    /// <summary>Text, then a field's index, then text ...; an index of -1 is none.</summary>
    private readonly List<(string Text, int Field)> _parts = [];

    /// <exception cref="ArgumentException">See <see cref="Mistake"/>.</exception>
    public RecordTemplate(string template)
    {
        var fields = new List<string>();
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
                string field = template[(i + 1)..end];
                if (!fields.Contains(field))
                    fields.Add(field);
                _parts.Add((text.ToString(), fields.IndexOf(field)));
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

        _parts.Add((text.ToString(), -1));
        Fields = fields;
        if (fields.Count == 0)
            throw new ArgumentException($"expected a {{field}} in it, got '{template}'");
    }

    /// <summary>Names of the fields, each once.</summary>
    public IReadOnlyList<string> Fields { get; }

    /// <summary>What is wrong with a template, or null.</summary>
    public static string? Mistake(string template)
    {
        try
        {
            _ = new RecordTemplate(template);
            return null;
        }
        catch (ArgumentException e)
        {
            return e.Message;
        }
    }

    /// <param name="values">In the order of <see cref="Fields"/>.</param>
    public string Render(IReadOnlyList<string> values)
    {
        var text = new StringBuilder();
        foreach ((string before, int field) in _parts)
            text.Append(before).Append(field < 0 ? "" : values[field]);
        return text.ToString();
    }

    /// <summary>
    /// Where in <see cref="Render"/>'s text the value of the last field lies; null where that field also stands
    /// earlier, so that what comes before the value gives it away.
    /// </summary>
    public Range? LastValue(IReadOnlyList<string> values)
    {
        int last = _parts[^2].Field, after = _parts[^1].Text.Length;
        return _parts.Count(p => p.Field == last) > 1 ? null : ^(values[last].Length + after)..^after;
    }
}
