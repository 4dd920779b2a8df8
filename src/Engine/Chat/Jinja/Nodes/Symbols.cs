namespace MolEngine.Engine.Chat.Jinja.Nodes;

/// <summary>What of a template runs with variables of its own: the whole, a macro, a recursive loop.</summary>
/// <param name="outer">The function around it; null for the template.</param>
internal sealed class FunctionShape(FunctionShape? outer)
{
    /// <summary>How many variables it has.</summary>
    public int Count { get; private set; }

    public int NewVariable() => Count++;

    /// <summary>How many functions out another one is.</summary>
    public int HopsTo(FunctionShape other) => ReferenceEquals(this, other) ? 0 : 1 + outer!.HopsTo(other);
}

/// <summary>A variable of a scope.</summary>
internal sealed record Variable(FunctionShape Owner, int Index);

/// <summary>What a variable holds where its scope begins.</summary>
/// <param name="Outer">The value of a variable further out; null for none.</param>
/// <param name="Name">The value that the template was given under a name; null for none.</param>
internal readonly record struct Beginning(Variable? Outer, string? Name)
{
    /// <summary>A parameter: whoever opens the scope fills it.</summary>
    public bool IsParameter { get; init; }
}

/// <summary>
/// The names of a scope, after Jinja's own rules: a name that a scope only reads is the one further out, a name that it
/// sets is its own, which begins with the value further out. All of a scope is looked at before any of it runs.
/// </summary>
internal sealed class Symbols
{
    private readonly Symbols? _outer;
    private readonly Dictionary<string, Variable> _own;
    private readonly Dictionary<string, Variable> _names = [];
    private readonly Dictionary<Variable, Beginning> _beginnings = [];
    private readonly HashSet<string> _set = [];

    public Symbols(Symbols? outer, FunctionShape function)
        : this(outer, function, [])
    {
    }

    private Symbols(Symbols? outer, FunctionShape function, Dictionary<string, Variable> own)
    {
        _outer = outer;
        _own = own;
        Function = function;
    }

    public FunctionShape Function { get; }

    /// <summary>The scope is about to read a name.</summary>
    public void Read(string name)
    {
        if (Find(name) is null)
            Define(name, new Beginning(null, name));
    }

    /// <summary>The scope is about to set a name.</summary>
    public void Set(string name)
    {
        _set.Add(name);
        if (!_names.ContainsKey(name))
            Define(name, new Beginning(_outer?.Find(name), null));
    }

    public void Parameter(string name)
    {
        _set.Add(name);
        Define(name, new Beginning { IsParameter = true });
    }

    /// <summary>Branches of which one will run: what one sets may be unset behind them.</summary>
    public void Branches(IEnumerable<IEnumerable<Node>> branches)
    {
        Symbols[] copies = [.. branches.Select(Branch)];
        string[] set = [.. copies.SelectMany(c => c._set).Except(_set).Distinct()];
        foreach (Symbols copy in copies)
        {
            foreach ((string name, Variable variable) in copy._names)
                _names[name] = variable;
            foreach ((Variable variable, Beginning beginning) in copy._beginnings)
                _beginnings[variable] = beginning;
            _set.UnionWith(copy._set);
        }

        foreach (string name in set)
        {
            Variable? outer = _outer?.Find(name);
            _beginnings[Find(name)!] = outer is null ? new Beginning(null, name) : new Beginning(outer, null);
        }
    }

    /// <summary>Where a name that the scope knows is, as seen from one of its functions.</summary>
    public Address AddressOf(string name)
    {
        Variable variable = Find(name)
            ?? throw new InvalidOperationException($"the scope has not been told of the name {name}");
        return AddressOf(variable);
    }

    /// <summary>What has to be done where the scope begins.</summary>
    public ScopeStart Start() => new(
    [
        .. _beginnings.Where(b => !b.Value.IsParameter)
            .Select(b => new VariableStart(
                AddressOf(b.Key), b.Value.Outer is { } outer ? AddressOf(outer) : null, b.Value.Name)),
    ]);

    private Address AddressOf(Variable variable) => new(Function.HopsTo(variable.Owner), variable.Index);

    private Symbols Branch(IEnumerable<Node> nodes)
    {
        var copy = new Symbols(_outer, Function, _own);
        foreach ((string name, Variable variable) in _names)
            copy._names[name] = variable;
        foreach ((Variable variable, Beginning beginning) in _beginnings)
            copy._beginnings[variable] = beginning;
        copy._set.UnionWith(_set);
        foreach (Node node in nodes)
            node.Declare(copy);
        return copy;
    }

    private Variable? Find(string name) =>
        _names.TryGetValue(name, out Variable? variable) ? variable : _outer?.Find(name);

    private void Define(string name, Beginning beginning)
    {
        if (!_own.TryGetValue(name, out Variable? variable))
            _own[name] = variable = new Variable(Function, Function.NewVariable());
        _names[name] = variable;
        _beginnings[variable] = beginning;
    }
}

/// <summary>A variable's value where its scope begins: another variable's, one that was given, or none.</summary>
internal readonly record struct VariableStart(Address Variable, Address? From, string? Name);

/// <summary>What is done where a scope begins.</summary>
internal sealed class ScopeStart(IReadOnlyList<VariableStart> variables)
{
    private readonly VariableStart[] _variables = [.. variables];

    public void Run(Render render)
    {
        foreach (VariableStart v in _variables)
        {
            render.Locals[v.Variable] = v.From is Address from
                ? render.Locals[from]
                : v.Name is { } name ? render.Resolve(name) : null;
        }
    }
}
