using MolEngine.Engine.Chat.Jinja.Values;

namespace MolEngine.Engine.Chat.Jinja.Nodes;

/// <summary><c>a.b</c></summary>
internal sealed class AttributeAccess(int line, Expression of, string name) : Expression(line)
{
    private readonly Str _name = new(name);
    private readonly bool _isOfDicts = Lookup.IsOfDicts(name);

    public override IEnumerable<Node> Parts => [of];

    public override Value Evaluate(Render render)
    {
        Value value = of.Evaluate(render);
        render.Line = Line;
        return value is PyDict && !_isOfDicts ? Lookup.Item(value, _name) : Lookup.Attribute(value, _name);
    }
}

/// <summary><c>a[b]</c></summary>
internal sealed class ItemAccess(int line, Expression of, Expression key) : Expression(line)
{
    public override IEnumerable<Node> Parts => [of, key];

    public override Value Evaluate(Render render)
    {
        Value value = of.Evaluate(render), at = key.Evaluate(render);
        render.Line = Line;
        return Lookup.Item(value, at);
    }
}

/// <summary><c>a[b:c:d]</c></summary>
internal sealed class SliceAccess(int line, Expression of, Expression? start, Expression? stop, Expression? step)
    : Expression(line)
{
    public override IEnumerable<Node> Parts => ((Node?[])[of, start, stop, step]).OfType<Node>();

    public override Value Evaluate(Render render)
    {
        Value value = of.Evaluate(render);
        var bounds = new SliceBounds(start?.Evaluate(render), stop?.Evaluate(render), step?.Evaluate(render));
        render.Line = Line;
        render.Produce(value.Length ?? 0);
        return value.Slice(bounds);
    }
}

/// <summary>The arguments of a call as they stand in the template.</summary>
/// <param name="Spread">What follows a star; null for none.</param>
/// <param name="SpreadNamed">What follows two stars; null for none.</param>
internal sealed record ArgumentList(
    IReadOnlyList<Expression> Positional, IReadOnlyList<KeyValuePair<string, Expression>> Named, Expression? Spread,
    Expression? SpreadNamed)
{
    public static ArgumentList None { get; } = new([], [], null, null);

    public IEnumerable<Node> Parts => ((IEnumerable<Expression?>)
        [.. Positional, .. Named.Select(n => n.Value), Spread, SpreadNamed]).OfType<Node>();

    /// <param name="caller">The body of a call block; null where there is none.</param>
    public Arguments Evaluate(Render render, Value? caller = null)
    {
        if (Positional.Count + Named.Count == 0 && Spread is null && SpreadNamed is null && caller is null)
            return Arguments.None;
        var positional = new List<Value>(Positional.Count);
        for (int i = 0; i < Positional.Count; i++)
            positional.Add(Positional[i].Evaluate(render));
        List<KeyValuePair<string, Value>> named =
            Named.Count == 0 ? [] : [.. Named.Select(n => KeyValuePair.Create(n.Key, n.Value.Evaluate(render)))];
        if (caller is not null)
            named.Add(KeyValuePair.Create("caller", caller));
        if (Spread?.Evaluate(render) is { } values)
            positional.AddRange(values.Iterate());
        if (SpreadNamed?.Evaluate(render) is { } names)
            named.AddRange(NamedOf(names));
        render.Produce(positional.Count);
        return named.Count > 1 && named.GroupBy(n => n.Key).FirstOrDefault(g => g.Count() > 1) is { } twice
            ? throw TemplateFault.Type($"got multiple values for keyword argument '{twice.Key}'")
            : new Arguments(positional, named);
    }

    private static IEnumerable<KeyValuePair<string, Value>> NamedOf(Value names)
    {
        if (names is Undefined u)
            throw u.Fault;
        if (names is not PyDict dict)
            throw TemplateFault.Type($"argument after ** must be a mapping, not {names.TypeName}");
        return dict.Entries.Select(e => KeyValuePair.Create(
            e.Key is Str name ? name.Text : throw TemplateFault.Type("keywords must be strings"), e.Value));
    }
}

/// <summary><c>a(b, c=d)</c></summary>
internal sealed class Call(int line, Expression function, ArgumentList arguments) : Expression(line)
{
    public override IEnumerable<Node> Parts => [function, .. arguments.Parts];

    public override Value Evaluate(Render render) => Evaluate(render, null);

    public Value Evaluate(Render render, Value? caller)
    {
        Value called = function.Evaluate(render);
        Arguments given = arguments.Evaluate(render, caller);
        render.Line = Line;
        render.Step();
        return called.Call(render, given);
    }
}

/// <summary>A filter or test by name: what it computes of a value and arguments.</summary>
internal delegate Value Applied(Render render, Value value, Arguments arguments);

/// <summary><c>a | b(c)</c></summary>
/// <param name="of">What it is applied to; null for the text of a block, which is handed over.</param>
internal sealed class FilterUse(int line, Expression? of, Applied filter, ArgumentList arguments) : Expression(line)
{
    public override IEnumerable<Node> Parts => of is null ? arguments.Parts : [of, .. arguments.Parts];

    public override Value Evaluate(Render render) => Evaluate(render, null);

    /// <param name="text">The text of the block that it filters.</param>
    public Value Evaluate(Render render, Value? text)
    {
        Value value = of switch
        {
            null => text!,
            FilterUse inner => inner.Evaluate(render, text),
            _ => of.Evaluate(render),
        };
        Arguments given = arguments.Evaluate(render);
        render.Line = Line;
        render.Look(value);
        return filter(render, value, given);
    }
}

/// <summary><c>a is b(c)</c></summary>
internal sealed class TestUse(int line, Expression of, Applied test, ArgumentList arguments) : Expression(line)
{
    public override IEnumerable<Node> Parts => [of, .. arguments.Parts];

    public override Value Evaluate(Render render)
    {
        Value value = of.Evaluate(render);
        Arguments given = arguments.Evaluate(render);
        render.Line = Line;
        render.Look(value);
        return test(render, value, given);
    }
}
