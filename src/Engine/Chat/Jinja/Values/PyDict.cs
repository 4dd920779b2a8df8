namespace MolEngine.Engine.Chat.Jinja.Values;

/// <summary>Python's <c>dict</c>: values under keys, in the order in which they came.</summary>
internal sealed class PyDict : Value
{
    private readonly OrderedDictionary<Value, Value> _entries;

    public PyDict(IEnumerable<KeyValuePair<Value, Value>> entries)
    {
        _entries = new OrderedDictionary<Value, Value>(ValueComparer.Instance);
        foreach ((Value key, Value value) in entries)
            _entries[key] = value;
    }

    public IReadOnlyDictionary<Value, Value> Entries => _entries;

    public override string TypeName => "dict";

    public override bool IsTrue => _entries.Count > 0;

    public override int? Length => _entries.Count;

    public override bool HasItems => true;

    public override string Repr()
    {
        Nesting.Check();
        return Nesting.Counted(
            $"{{{string.Join(", ", _entries.Select(e => $"{e.Key.Repr()}: {e.Value.Repr()}"))}}}");
    }

    public override bool IsEqual(Value other)
    {
        Nesting.Check();
        return other is PyDict d && d._entries.Count == _entries.Count
            && _entries.All(e => d._entries.TryGetValue(e.Key, out Value? value)
                && ValueComparer.Instance.Equals(e.Value, value));
    }

    public override int Hash() => throw TemplateFault.Type("unhashable type: 'dict'");

    public override Value? Attribute(string name) => DictMethods.Find(this, name);

    /// <summary>A key that cannot be one finds nothing.</summary>
    public override Value? Item(Value key) =>
        key is PyList or PyDict or DictView ? null : _entries.GetValueOrDefault(key);

    public override Value Slice(SliceBounds bounds) => throw TemplateFault.Type("unhashable type: 'slice'");

    public override IEnumerable<Value> Items() => _entries.Keys;

    public override IEnumerable<Value> Reversed() => _entries.Keys.Reverse();

    public override bool Contains(Value value) => _entries.ContainsKey(value);
}

/// <summary>What <c>keys</c>, <c>values</c> and <c>items</c> of a dict give.</summary>
internal sealed class DictView(string name, PyDict dict, Func<KeyValuePair<Value, Value>, Value> part) : Value
{
    public override string TypeName => name;

    public override bool IsTrue => dict.IsTrue;

    public override int? Length => dict.Length;

    public override string Repr() => $"{name}([{string.Join(", ", Items().Select(i => i.Repr()))}])";

    public override int Hash() =>
        name == "dict_values" ? base.Hash() : throw TemplateFault.Type($"unhashable type: '{name}'");

    public override IEnumerable<Value> Items() => dict.Entries.Select(part);

    public override IEnumerable<Value> Reversed() => Items().Reverse();

    public override bool IsEqual(Value other) => ReferenceEquals(this, other)
        || (name != "dict_values" && other is DictView { TypeName: not "dict_values" } view
            && view.Length == Length && view.Items().All(Contains));
}
