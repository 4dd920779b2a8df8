namespace MolEngine.Engine.Chat.Jinja.Values;

/// <summary>The variable <c>loop</c>.</summary>
/// <param name="recurse">Writes the loop over inner values, one deeper; null where the loop is not recursive.</param>
internal sealed class LoopState(Value over, int depth, Func<Value, int, string>? recurse) : Value
{
    private static readonly Dictionary<string, Func<LoopState, Value>> Attributes = new()
    {
        ["index"] = l => Int.Of(l._index + 1),
        ["index0"] = l => Int.Of(l._index),
        ["revindex"] = l => Int.Of(l.Count - l._index),
        ["revindex0"] = l => Int.Of(l.Count - l._index - 1),
        ["first"] = l => Bool.From(l._index == 0),
        ["last"] = l => Bool.From(l.Peek() is null),
        ["length"] = l => Int.Of(l.Count),
        ["depth"] = l => Int.Of(l._depth + 1),
        ["depth0"] = l => Int.Of(l._depth),
        ["previtem"] = l => l._before ?? new Undefined("there is no previous item"),
        ["nextitem"] = l => l.Peek() ?? new Undefined("there is no next item"),
        ["cycle"] = l => new Function("cycle", (_, a) => l.Cycle(a)),
        ["changed"] = l => new Function("changed", (_, a) => l.Changed(a)),
    };

    private readonly int _depth = depth;
    private IEnumerator<Value> _items = over.Iterate().GetEnumerator();
    private int _index = -1;
    private int? _count;
    private Value? _before;
    private Value? _current;
    private Value? _after;
    private PyTuple? _last;

    public override string TypeName => "LoopContext";

    public override int? Length => Count;

    public override bool IsTrue => Count > 0;

    public override bool IsCallable => true;

    private int Count => _count ??= over.Length ?? CountAll();

    /// <summary>Goes on to the next item; null where there is none.</summary>
    public Value? Next()
    {
        Value? next = Peek();
        if (next is null)
            return null;
        (_before, _current, _after) = (_current, next, null);
        _index++;
        return next;
    }

    public override string Repr() => $"<LoopContext {_index + 1}/{Count}>";

    public override Value? Attribute(string name) =>
        Attributes.TryGetValue(name, out Func<LoopState, Value>? attribute) ? attribute(this) : null;

    public override IEnumerable<Value> Items()
    {
        while (Next() is { } item)
            yield return new PyTuple([item, this]);
    }

    public override Value Call(Render render, Arguments arguments)
    {
        if (recurse is null)
            throw TemplateFault.Type("The loop must have the 'recursive' marker to be called recursively.");
        return new Str(recurse(arguments.Bind("loop", 1, "iterable")[0]!, _depth + 1));
    }

    /// <summary>The items of what has no length are all taken to count them.</summary>
    private int CountAll()
    {
        List<Value> rest = [];
        while (_items.MoveNext())
            rest.Add(_items.Current);
        _items = rest.GetEnumerator();
        return rest.Count + _index + 1 + (_after is null ? 0 : 1);
    }

    private Value? Peek()
    {
        if (_after is null && _items.MoveNext())
            _after = _items.Current;
        return _after;
    }

    private Value Cycle(Arguments arguments)
    {
        IReadOnlyList<Value> values = arguments.Unnamed("cycle", 0, int.MaxValue);
        return values.Count > 0
            ? values[_index % values.Count]
            : throw TemplateFault.Type("no items for cycling given");
    }

    private Bool Changed(Arguments arguments)
    {
        var values = new PyTuple(arguments.Unnamed("changed", 0, int.MaxValue));
        if (_last is { } last && last.IsEqual(values))
            return Bool.False;
        _last = values;
        return Bool.True;
    }
}
