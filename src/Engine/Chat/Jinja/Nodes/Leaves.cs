using MolEngine.Engine.Chat.Jinja.Values;

namespace MolEngine.Engine.Chat.Jinja.Nodes;

/// <summary>A value that stands in the template.</summary>
internal sealed class Constant(int line, Value value) : Expression(line)
{
    public override IEnumerable<Node> Parts => [];

    public override Value Evaluate(Render render) => value;
}

/// <summary>A name, which has a value or is undefined.</summary>
internal sealed class Name(int line, string name) : Expression(line)
{
    private Address _address;

    public string Text { get; } = name;

    public override IEnumerable<Node> Parts => [];

    public override void Declare(Symbols symbols) => symbols.Read(Text);

    public override void Bind(Symbols symbols) => _address = symbols.AddressOf(Text);

    public override void FindSpecial(SpecialNames names) => names.Read(Text);

    public override Value Evaluate(Render render) =>
        render.Locals[_address] ?? new Undefined(() => $"'{Text}' is undefined");
}

/// <summary>A list or tuple that stands in the template.</summary>
internal sealed class SequenceLiteral(int line, IReadOnlyList<Expression> items, bool isTuple) : Expression(line)
{
    public IReadOnlyList<Expression> Items { get; } = items;

    public bool IsTuple { get; } = isTuple;

    public override IEnumerable<Node> Parts => Items;

    public override Value Evaluate(Render render)
    {
        render.Produce(Items.Count);
        Value[] values = [.. Items.Select(i => i.Evaluate(render))];
        return IsTuple ? new PyTuple(values) : new PyList(values);
    }
}

internal sealed class DictLiteral(int line, IReadOnlyList<KeyValuePair<Expression, Expression>> entries)
    : Expression(line)
{
    public override IEnumerable<Node> Parts => entries.SelectMany(e => (Node[])[e.Key, e.Value]);

    public override Value Evaluate(Render render)
    {
        render.Produce(entries.Count);
        return new PyDict(entries.Select(
            e => KeyValuePair.Create(e.Key.Evaluate(render), e.Value.Evaluate(render))));
    }
}
