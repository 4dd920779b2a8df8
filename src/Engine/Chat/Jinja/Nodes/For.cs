using MolEngine.Engine.Chat.Jinja.Values;

namespace MolEngine.Engine.Chat.Jinja.Nodes;

/// <summary>What stands in a loop's tags and between them.</summary>
/// <param name="Test">What an item must be to be taken; null for every item.</param>
/// <param name="Else">What runs where no round came to its end; null for nothing.</param>
internal sealed record ForParts(
    Target Target, Expression Over, Expression? Test, bool IsRecursive, Block Body, Block? Else);

/// <summary><c>{% for %}</c></summary>
internal sealed class For(int line, ForParts parts) : Statement(line)
{
    private const string Loop = "loop";

    private readonly Target _tested = parts.Target.Copy();
    private FunctionShape? _function;
    private ScopeStart? _bodyStart;
    private ScopeStart? _testStart;
    private ScopeStart? _elseStart;
    private Address _loop;

    public override IEnumerable<Node> Parts =>
        ((Node?[])[parts.Target, parts.Over, parts.Body, parts.Else, parts.Test]).OfType<Node>();

    public override void Declare(Symbols symbols) => parts.Over.Declare(symbols);

    public override void Bind(Symbols symbols)
    {
        parts.Over.Bind(symbols);
        if (parts.IsRecursive)
            _function = new FunctionShape(symbols.Function);
        FunctionShape function = _function ?? symbols.Function;

        var body = new Symbols(symbols, function);
        body.Parameter(Loop);
        parts.Target.DeclareParameters(body);
        parts.Body.Declare(body);
        parts.Target.Bind(body);
        parts.Body.Bind(body);
        _loop = body.AddressOf(Loop);
        _bodyStart = body.Start();

        if (parts.Test is { } test)
        {
            var tested = new Symbols(symbols, function);
            _tested.DeclareParameters(tested);
            test.Declare(tested);
            _tested.Bind(tested);
            test.Bind(tested);
            _testStart = tested.Start();
        }

        if (parts.Else is { } otherwise)
        {
            var inner = new Symbols(symbols, function);
            otherwise.Declare(inner);
            otherwise.Bind(inner);
            _elseStart = inner.Start();
        }
    }

    public override Flow Run(Render render)
    {
        Value over = parts.Over.Evaluate(render);
        render.Line = Line;
        if (!parts.IsRecursive)
            return Rounds(render, over, 0, null);
        render.Write(Recurse(render, over, 0, render.Locals));
        return Flow.Next;
    }

    /// <summary>The text of the loop over values that lie in others.</summary>
    private string Recurse(Render render, Value over, int depth, Locals outer)
    {
        return render.Call(
            new Locals(_function!.Count, outer),
            () => render.Capture(() => Rounds(render, over, depth, (inner, d) => Recurse(render, inner, d, outer))));
    }

    /// <returns>A jump out of the <c>else</c> part, which is not the loop's own.</returns>
    private Flow Rounds(Render render, Value over, int depth, Func<Value, int, string>? recurse)
    {
        Value items = parts.Test is null ? over : new Generator(Tested(render, over));
        var loop = new LoopState(items, depth, recurse);
        bool hasRun = false;
        while (loop.Next() is { } item)
        {
            render.Line = Line;
            render.Step();
            render.Locals[_loop] = loop;
            parts.Target.Assign(render, item);
            _bodyStart!.Run(render);
            int? start = render.MessageBegins(item);
            Flow flow = parts.Body.Run(render);
            if (start is int from)
                render.MessageEnds(item, from);
            if (flow == Flow.Break)
                break;
            hasRun |= flow == Flow.Next;
        }

        if (hasRun || parts.Else is null)
            return Flow.Next;
        _elseStart!.Run(render);
        return parts.Else.Run(render);
    }

    /// <summary>The items that pass the test, each tested when it is asked for.</summary>
    private IEnumerable<Value> Tested(Render render, Value over)
    {
        IEnumerable<Value> items = over.Iterate();
        _testStart!.Run(render);
        foreach (Value item in items)
        {
            render.Step();
            _tested.Assign(render, item);
            if (parts.Test!.Evaluate(render).IsTrue)
                yield return item;
        }
    }
}
