using MolEngine.Engine.Chat.Jinja.Values;

namespace MolEngine.Engine.Chat.Jinja.Nodes;

/// <summary>The parameters and the body of a macro or of a call block.</summary>
/// <param name="name">Null for the body of a call block.</param>
/// <param name="defaults">Of the last parameters.</param>
internal sealed class MacroBody(
    int line, string? name, IReadOnlyList<string> parameters, IReadOnlyList<Expression> defaults, Block body)
    : Node(line)
{
    private const string Caller = "caller";
    private const string Kwargs = "kwargs";
    private const string Varargs = "varargs";

    private FunctionShape? _function;
    private ScopeStart? _start;
    private Address[] _addresses = [];
    private Address? _caller;
    private Address? _kwargs;
    private Address? _varargs;

    public string? Name { get; } = name;

    public IReadOnlyList<string> Parameters { get; } = parameters;

    public bool TakesCaller { get; private set; }

    public bool TakesKwargs => _kwargs is not null;

    public bool TakesVarargs => _varargs is not null;

    public override IEnumerable<Node> Parts => [.. defaults, body];

    /// <summary>Its names are its own.</summary>
    public override void Declare(Symbols symbols)
    {
    }

    public override void Bind(Symbols symbols)
    {
        IReadOnlySet<string> special = SpecialNames.ReadBy(body, Caller, Kwargs, Varargs);
        TakesCaller = special.Contains(Caller);
        int explicitCaller = Parameters.ToList().IndexOf(Caller);
        if (TakesCaller && explicitCaller >= 0 && explicitCaller < Parameters.Count - defaults.Count)
            throw TemplateFault.Syntax("the special argument caller must be left out or have a default", Line);
        _function = new FunctionShape(symbols.Function);
        var inner = new Symbols(symbols, _function);
        foreach (string parameter in Parameters)
            inner.Parameter(parameter);
        string[] added = [.. ((string[])[Caller, Kwargs, Varargs]).Where(special.Contains).Except(Parameters)];
        foreach (string parameter in added)
            inner.Parameter(parameter);
        base.Declare(inner);
        base.Bind(inner);
        _addresses = [.. Parameters.Select(inner.AddressOf)];
        _caller = Added(Caller);
        _kwargs = Added(Kwargs);
        _varargs = Added(Varargs);
        _start = inner.Start();

        Address? Added(string parameter) => added.Contains(parameter) ? inner.AddressOf(parameter) : null;
    }

    /// <summary>What the body writes.</summary>
    /// <param name="outer">The variables where the macro stands.</param>
    public string Text(Render render, Locals outer, Arguments arguments) =>
        Run(render, outer, arguments, () => render.Capture(() => body.Run(render)));

    /// <summary>Writes what the body writes where the text is now.</summary>
    public void Write(Render render, Locals outer) => Run(render, outer, Arguments.None, () => body.Run(render));

    private T Run<T>(Render render, Locals outer, Arguments arguments, Func<T> run)
    {
        var locals = new Locals(_function!.Count, outer);
        return render.Call(
            locals,
            () =>
            {
                Fill(locals, arguments);
                _start!.Run(render);
                FillDefaults(render, locals);
                return run();
            });
    }

    /// <summary>Binds arguments as Jinja does: by place, then by name, then what is left over.</summary>
    private void Fill(Locals locals, Arguments arguments)
    {
        Dictionary<string, Value> named = new(arguments.Named);
        int placed = Math.Min(arguments.Positional.Count, Parameters.Count);
        for (int i = 0; i < placed; i++)
            locals[_addresses[i]] = arguments.Positional[i];
        for (int i = placed; i < Parameters.Count; i++)
        {
            if (named.Remove(Parameters[i], out Value? value))
                locals[_addresses[i]] = value;
        }

        if (_caller is Address caller)
        {
            named.Remove(Caller, out Value? value);
            locals[caller] = value ?? new Undefined("No caller defined");
        }

        if (_kwargs is Address kwargs)
        {
            locals[kwargs] = new PyDict(
                named.Select(n => KeyValuePair.Create<Value, Value>(new Str(n.Key), n.Value)));
        }
        else if (named.Count > 0)
        {
            throw TemplateFault.Type($"macro {Shown} takes no keyword argument '{named.Keys.First()}'");
        }

        if (_varargs is Address varargs)
            locals[varargs] = new PyTuple([.. arguments.Positional.Skip(placed)]);
        else if (arguments.Positional.Count > Parameters.Count)
            throw TemplateFault.Type($"macro {Shown} takes not more than {Parameters.Count} argument(s)");
    }

    private void FillDefaults(Render render, Locals locals)
    {
        int required = Parameters.Count - defaults.Count;
        for (int i = 0; i < Parameters.Count; i++)
        {
            locals[_addresses[i]] ??= i >= required
                ? defaults[i - required].Evaluate(render)
                : new Undefined($"parameter '{Parameters[i]}' was not provided");
        }
    }

    private string Shown => Name is null ? "of a call block" : $"'{Name}'";
}

/// <summary>A macro with the variables around it.</summary>
internal sealed class Macro(MacroBody body, Locals outer) : Value
{
    public override string TypeName => "Macro";

    public override bool IsCallable => true;

    public override string Repr() => body.Name is null ? "<Macro anonymous>" : $"<Macro {Str.Quoted(body.Name)}>";

    public override Value Call(Render render, Arguments arguments) =>
        new Str(body.Text(render, outer, arguments));

    public override Value? Attribute(string name) => name switch
    {
        "name" => body.Name is { } n ? new Str(n) : None.Instance,
        "arguments" => new PyTuple([.. body.Parameters.Select(p => new Str(p))]),
        "catch_kwargs" => Bool.From(body.TakesKwargs),
        "catch_varargs" => Bool.From(body.TakesVarargs),
        "caller" => Bool.From(body.TakesCaller),
        _ => null,
    };
}

/// <summary><c>{% macro %}</c></summary>
internal sealed class MacroDefinition(int line, MacroBody body) : Statement(line)
{
    private Address _address;

    public override IEnumerable<Node> Parts => [body];

    public override void Declare(Symbols symbols) => symbols.Set(body.Name!);

    public override void Bind(Symbols symbols)
    {
        _address = symbols.AddressOf(body.Name!);
        body.Bind(symbols);
    }

    public override Flow Run(Render render)
    {
        render.Locals[_address] = new Macro(body, render.Locals);
        return Flow.Next;
    }
}

/// <summary><c>{% call %}</c>: calls a macro that is handed the text between the tags.</summary>
internal sealed class CallBlock(int line, Call call, MacroBody body) : Statement(line)
{
    public override IEnumerable<Node> Parts => [call, body];

    public override Flow Run(Render render)
    {
        render.WriteText(call.Evaluate(render, new Macro(body, render.Locals)));
        return Flow.Next;
    }
}

/// <summary><c>{% generation %}</c>: what the assistant says.</summary>
internal sealed class GenerationBlock(int line, MacroBody body) : Statement(line)
{
    public override IEnumerable<Node> Parts => [body];

    public override Flow Run(Render render)
    {
        int start = render.Out.Length;
        body.Write(render, render.Locals);
        render.Generated(start, Line);
        return Flow.Next;
    }
}
