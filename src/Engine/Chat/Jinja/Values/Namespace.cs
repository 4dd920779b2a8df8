namespace MolEngine.Engine.Chat.Jinja.Values;

/// <summary>What <c>namespace()</c> makes: the one value whose attributes a template can set.</summary>
internal sealed class Namespace : Value
{
    private readonly OrderedDictionary<string, Value> _attributes = [];

    public override string TypeName => "Namespace";

    public Value this[string name]
    {
        set => _attributes[name] = value;
    }

    public override string Repr()
    {
        Nesting.Check();
        return $"<Namespace {{{string.Join(", ", _attributes.Select(
            a => $"{Str.Quoted(a.Key)}: {a.Value.Repr()}"))}}}>";
    }

    public override Value? Attribute(string name) => _attributes.GetValueOrDefault(name);
}
