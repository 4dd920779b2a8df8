using MolEngine.Engine.Chat.Jinja.Values;

namespace MolEngine.Engine.Chat.Jinja.Nodes;

/// <summary>What a value is given to.</summary>
internal abstract class Target(int line) : Node(line)
{
    public abstract void Assign(Render render, Value value);

    /// <summary>Tells a scope that the names are its parameters.</summary>
    public virtual void DeclareParameters(Symbols symbols)
    {
        foreach (Target part in Parts.OfType<Target>())
            part.DeclareParameters(symbols);
    }

    /// <summary>The same target, to be bound to another scope.</summary>
    public abstract Target Copy();

    /// <summary>Fails where an attribute is to be set of what has none to set.</summary>
    public virtual void Check(Render render)
    {
        foreach (Target part in Parts.OfType<Target>())
            part.Check(render);
    }
}

internal sealed class NameTarget(int line, string name) : Target(line)
{
    private Address _address;

    public string Name { get; } = name;

    public override IEnumerable<Node> Parts => [];

    public override void Declare(Symbols symbols) => symbols.Set(Name);

    public override void DeclareParameters(Symbols symbols) => symbols.Parameter(Name);

    public override void Bind(Symbols symbols) => _address = symbols.AddressOf(Name);

    public override void FindSpecial(SpecialNames names) => names.Set(Name);

    public override Target Copy() => new NameTarget(Line, Name);

    public override void Check(Render render)
    {
    }

    public override void Assign(Render render, Value value) => render.Locals[_address] = value;
}

/// <summary>An attribute of a namespace.</summary>
internal sealed class AttributeTarget(int line, string name, string attribute) : Target(line)
{
    private Address _address;

    public override IEnumerable<Node> Parts => [];

    public override void Declare(Symbols symbols) => symbols.Read(name);

    public override void DeclareParameters(Symbols symbols) => Declare(symbols);

    public override void Bind(Symbols symbols) => _address = symbols.AddressOf(name);

    public override Target Copy() => new AttributeTarget(Line, name, attribute);

    public override void Assign(Render render, Value value)
    {
        Check(render);
        ((Namespace)render.Locals[_address]!)[attribute] = value;
    }

    public override void Check(Render render)
    {
        if (render.Locals[_address] is not Namespace)
            throw TemplateFault.Runtime("cannot assign attribute on non-namespace object");
    }
}

internal sealed class TupleTarget(int line, IReadOnlyList<Target> targets) : Target(line)
{
    public override IEnumerable<Node> Parts => targets;

    public override Target Copy() => new TupleTarget(Line, [.. targets.Select(t => t.Copy())]);

    public override void Assign(Render render, Value value)
    {
        IEnumerable<Value> items = value.Items()
            ?? throw TemplateFault.Type($"cannot unpack non-iterable {value.TypeName} object");
        Value[] values = [.. items.Take(targets.Count + 1)];
        if (values.Length > targets.Count)
            throw TemplateFault.Value($"too many values to unpack (expected {targets.Count})");
        if (values.Length < targets.Count)
        {
            throw TemplateFault.Value(
                $"not enough values to unpack (expected {targets.Count}, got {values.Length})");
        }

        foreach ((Target target, Value item) in targets.Zip(values))
            target.Assign(render, item);
    }
}
