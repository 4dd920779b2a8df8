using MolEngine.Engine.Chat.Jinja.Values;

namespace MolEngine.Engine.Chat.Jinja.Nodes;

/// <summary>Text of the template.</summary>
internal sealed class Data(int line, string text) : Statement(line)
{
    public override IEnumerable<Node> Parts => [];

    public override Flow Run(Render render)
    {
        render.Write(text);
        return Flow.Next;
    }
}

/// <summary><c>{{ a }}</c></summary>
internal sealed class Print(int line, Expression value) : Statement(line)
{
    public override IEnumerable<Node> Parts => [value];

    public override Flow Run(Render render)
    {
        if (value is Sum sum)
        {
            sum.Write(render);
            return Flow.Next;
        }

        Value printed = value.Evaluate(render);
        render.Line = Line;
        if (printed is Undefined undefined && render.IsStrict)
            throw undefined.Fault;
        render.Write(printed.Print());
        return Flow.Next;
    }
}

/// <summary><c>{% if %}</c> with its branches.</summary>
internal sealed class If(int line, Expression test, Block then, IReadOnlyList<If> elseIfs, Block otherwise)
    : Statement(line)
{
    private readonly If[] _elseIfs = [.. elseIfs];

    public override IEnumerable<Node> Parts => [test, then, .. elseIfs, otherwise];

    public override void Declare(Symbols symbols)
    {
        test.Declare(symbols);
        symbols.Branches([[then], elseIfs, [otherwise]]);
    }

    public override Flow Run(Render render)
    {
        if (test.Evaluate(render).IsTrue)
            return then.Run(render);
        foreach (If other in _elseIfs)
        {
            render.Line = other.Line;
            if (other.Test(render))
                return other.Then(render);
        }

        return otherwise.Run(render);
    }

    private bool Test(Render render) => test.Evaluate(render).IsTrue;

    private Flow Then(Render render) => then.Run(render);
}

/// <summary><c>{% set a = b %}</c></summary>
internal sealed class Assignment(int line, Target target, Expression value) : Statement(line)
{
    public override IEnumerable<Node> Parts => [value, target];

    public override Flow Run(Render render)
    {
        target.Check(render);
        Value given = value.Evaluate(render);
        render.Line = Line;
        target.Assign(render, given);
        return Flow.Next;
    }
}

/// <summary><c>{% break %}</c> and <c>{% continue %}</c>.</summary>
internal sealed class Jump(int line, Flow flow) : Statement(line)
{
    public override IEnumerable<Node> Parts => [];

    public override Flow Run(Render render) => flow;
}

/// <summary>Statements with names of their own.</summary>
internal abstract class Scope(int line) : Statement(line)
{
    private ScopeStart? _start;

    /// <summary>Tells a scope of this function the names of the inside, and binds the inside to it.</summary>
    private protected void Open(Symbols outer, Action<Symbols> declare, Action<Symbols> bind)
    {
        var inner = new Symbols(outer, outer.Function);
        declare(inner);
        bind(inner);
        _start = inner.Start();
    }

    private protected void Start(Render render) => _start!.Run(render);
}

/// <summary><c>{% with a = b %}</c></summary>
internal sealed class With(int line, IReadOnlyList<Target> targets, IReadOnlyList<Expression> values, Block body)
    : Scope(line)
{
    public override IEnumerable<Node> Parts => [.. targets, .. values, body];

    public override void Declare(Symbols symbols)
    {
        foreach (Expression value in values)
            value.Declare(symbols);
    }

    public override void Bind(Symbols symbols)
    {
        foreach (Expression value in values)
            value.Bind(symbols);
        Open(
            symbols,
            inner =>
            {
                foreach (Target target in targets)
                    target.DeclareParameters(inner);
                body.Declare(inner);
            },
            inner =>
            {
                foreach (Target target in targets)
                    target.Bind(inner);
                body.Bind(inner);
            });
    }

    public override Flow Run(Render render)
    {
        Start(render);
        foreach ((Target target, Expression value) in targets.Zip(values))
            target.Assign(render, value.Evaluate(render));
        return body.Run(render);
    }
}

/// <summary><c>{% filter a %}</c></summary>
internal sealed class FilterBlock(int line, FilterUse filter, Block body) : Scope(line)
{
    public override IEnumerable<Node> Parts => [body, filter];

    public override void Declare(Symbols symbols) => filter.Declare(symbols);

    public override void Bind(Symbols symbols) => Open(
        symbols,
        inner =>
        {
            body.Declare(inner);
            filter.Declare(inner);
        },
        inner =>
        {
            body.Bind(inner);
            filter.Bind(inner);
        });

    public override Flow Run(Render render)
    {
        Start(render);
        Flow flow = Flow.Next;
        string text = render.Capture(() => flow = body.Run(render));
        if (flow == Flow.Next)
            render.WriteText(filter.Evaluate(render, new Str(text)));
        return flow;
    }
}

/// <summary><c>{% set a %}...{% endset %}</c></summary>
/// <param name="filter">What the text goes through; null for nothing.</param>
internal sealed class BlockAssignment(int line, Target target, FilterUse? filter, Block body) : Scope(line)
{
    public override IEnumerable<Node> Parts => filter is null ? [target, body] : [target, filter, body];

    public override void Declare(Symbols symbols)
    {
        target.Declare(symbols);
        filter?.Declare(symbols);
    }

    public override void Bind(Symbols symbols)
    {
        target.Bind(symbols);
        Open(
            symbols,
            inner =>
            {
                body.Declare(inner);
                filter?.Declare(inner);
            },
            inner =>
            {
                body.Bind(inner);
                filter?.Bind(inner);
            });
    }

    public override Flow Run(Render render)
    {
        Start(render);
        Flow flow = Flow.Next;
        Value text = new Str(render.Capture(() => flow = body.Run(render)));
        if (flow == Flow.Next)
            target.Assign(render, filter?.Evaluate(render, text) ?? text);
        return flow;
    }
}
