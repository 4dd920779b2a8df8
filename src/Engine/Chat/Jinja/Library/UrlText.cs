using System.Text;
using MolEngine.Engine.Chat.Jinja.Values;

namespace MolEngine.Engine.Chat.Jinja.Library;

/// <summary>Texts for addresses: UTF-8, bytes that could mean something as <c>%XX</c>.</summary>
internal static class UrlText
{
    /// <summary>A text as it stands in a path; pairs as they stand in a query.</summary>
    public static string Encode(Value value)
    {
        if (value is Str || value.Items() is not { } items)
            return Quote(value.Print(), isQuery: false);
        IEnumerable<Value> pairs = value is PyDict dict
            ? dict.Entries.Select(e => new PyTuple([e.Key, e.Value]))
            : items;
        return string.Join('&', pairs.Select(pair =>
        {
            Value[] parts = [.. (pair.Items() ?? throw NoPair(pair)).Take(3)];
            return parts.Length == 2
                ? $"{Quote(parts[0].Print(), isQuery: true)}={Quote(parts[1].Print(), isQuery: true)}"
                : throw TemplateFault.Value($"urlencode: expected pairs, got {parts.Length} values");
        }));
    }

    private static TemplateFault NoPair(Value value) =>
        TemplateFault.Type($"cannot unpack non-iterable {value.TypeName} object");

    private static string Quote(string text, bool isQuery)
    {
        var quoted = new StringBuilder();
        foreach (byte b in Encoding.UTF8.GetBytes(text))
        {
            char c = (char)b;
            if (char.IsAsciiLetterOrDigit(c) || "_.-~".Contains(c) || (c == '/' && !isQuery))
                quoted.Append(c);
            else
                quoted.Append(c == ' ' && isQuery ? "+" : $"%{b:X2}");
        }

        return quoted.ToString();
    }
}
