namespace MolEngine.Engine.Chat.Jinja.Values;

/// <summary>A value as a template sees it: with Python's types, texts and operations.</summary>
internal abstract class Value
{
    /// <summary>Python's name of the type.</summary>
    public abstract string TypeName { get; }

    /// <summary>Whether it counts as true.</summary>
    public virtual bool IsTrue => true;

    /// <summary>Python's <c>len</c>; null where it has none.</summary>
    public virtual int? Length => null;

    /// <summary>Whether items can be asked for by place or key (<c>__getitem__</c>).</summary>
    public virtual bool HasItems => false;

    public virtual bool IsCallable => false;

    /// <summary>Python's <c>repr</c>.</summary>
    public abstract string Repr();

    /// <summary>Python's <c>str</c>: what is printed.</summary>
    public virtual string Print() => Repr();

    /// <summary>Python's <c>==</c>.</summary>
    public virtual bool IsEqual(Value other) => ReferenceEquals(this, other);

    /// <summary>Python's <c>hash</c>: equal values have equal ones.</summary>
    public virtual int Hash() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

    /// <summary>The attribute of a name; null where there is none.</summary>
    public virtual Value? Attribute(string name) => null;

    /// <summary>The item under a place or key; null where there is none.</summary>
    public virtual Value? Item(Value key) => null;

    public virtual Value Slice(SliceBounds bounds) =>
        throw TemplateFault.Type($"'{TypeName}' object is not subscriptable");

    /// <summary>The values that it holds, in order; null where it cannot be gone through.</summary>
    public virtual IEnumerable<Value>? Items() => null;

    /// <summary>Python's <c>in</c>.</summary>
    public virtual bool Contains(Value value)
    {
        IEnumerable<Value> items = Items()
            ?? throw TemplateFault.Type($"argument of type '{TypeName}' is not iterable");
        return items.Any(i => ReferenceEquals(i, value) || i.IsEqual(value));
    }

    /// <summary>The values from the last to the first; null where it cannot be gone through that way.</summary>
    public virtual IEnumerable<Value>? Reversed() => null;

    public virtual Value Call(Render render, Arguments arguments) =>
        throw TemplateFault.Type($"'{TypeName}' object is not callable");

    /// <summary><see cref="Items"/>, which must be.</summary>
    public IEnumerable<Value> Iterate() =>
        Items() ?? throw TemplateFault.Type($"'{TypeName}' object is not iterable");
}
