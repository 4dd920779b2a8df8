using MolEngine.Engine.Chat.Jinja.Nodes;
using MolEngine.Engine.Chat.Jinja.Values;

namespace MolEngine.Engine.Chat.Jinja.Library;

/// <summary>What stands behind <c>|</c>.</summary>
internal static class Filters
{
    private static readonly Dictionary<string, Applied> All =
        new(((IEnumerable<KeyValuePair<string, Applied>>[])
            [TextFilters.All, NumberFilters.All, ListFilters.All, SelectionFilters.All]).SelectMany(f => f));

    /// <summary>A filter by name; null where there is none.</summary>
    public static Applied? Find(string name) => All.GetValueOrDefault(name);

    /// <summary>A filter by a name that is known only now.</summary>
    public static Applied Get(Value name) => name is Str { Text: var text } && Find(text) is { } filter
        ? filter
        : throw TemplateFault.Runtime($"No filter named {name.Repr()} found.");

    public static Applied GetTest(Value name) => name is Str { Text: var text } && Tests.Find(text) is { } test
        ? test
        : throw TemplateFault.Runtime($"No test named {name.Repr()} found.");
}

/// <summary>What is looked up of items: <c>attribute="a.b"</c>.</summary>
internal static class Attributes
{
    /// <summary>Looks a path up; what is missing on the way becomes the default, if there is one.</summary>
    public static Func<Value, Value> Getter(Value? attribute, bool ignoresCase = false, Value? otherwise = null)
    {
        Value[] parts = Parts(attribute);
        return item =>
        {
            foreach (Value part in parts)
            {
                item = Lookup.Item(item, part);
                if (item is Undefined && otherwise is not null)
                    item = otherwise;
            }

            return ignoresCase ? WithoutCase(item) : item;
        };
    }

    /// <summary>Looks up several paths, with commas between them.</summary>
    public static Func<Value, Value> Getters(Value? attribute, bool ignoresCase)
    {
        IEnumerable<Value?> paths = attribute is Str s ? s.Text.Split(',').Select(p => new Str(p)) : [attribute];
        Func<Value, Value>[] getters = [.. paths.Select(p => Getter(p, ignoresCase))];
        return item => new PyList([.. getters.Select(g => g(item))]);
    }

    private static Value WithoutCase(Value value) =>
        value is Str s ? new Str(CaseRules.Lower(s.Text)) : value;

    private static Value[] Parts(Value? attribute) => attribute switch
    {
        null or None => [],
        Str s => [.. s.Text.Split('.').Select(Part)],
        _ => [attribute],
    };

    private static Value Part(string part) => part.Length > 0 && part.All(char.IsDigit)
        ? Int.Of(System.Numerics.BigInteger.Parse(part))
        : new Str(part);
}
