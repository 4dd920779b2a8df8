using System.Numerics;

namespace MolEngine.Engine.Chat.Jinja.Values;

/// <summary>Values in an order: a list or a tuple.</summary>
internal abstract class Sequence(IReadOnlyList<Value> values) : Value
{
    public IReadOnlyList<Value> Values { get; } = values;

    public override bool IsTrue => Values.Count > 0;

    public override int? Length => Values.Count;

    public override bool HasItems => true;

    /// <summary>A sequence of the same type.</summary>
    public abstract Sequence With(IReadOnlyList<Value> values);

    /// <summary>The items that two sequences, one after the other, have; compared by the first that differs.</summary>
    public static (Value A, Value B)? FirstDifference(Sequence a, Sequence b)
    {
        for (int i = 0; i < Math.Min(a.Values.Count, b.Values.Count); i++)
        {
            if (!ValueComparer.Instance.Equals(a.Values[i], b.Values[i]))
                return (a.Values[i], b.Values[i]);
        }

        return null;
    }

    public override bool IsEqual(Value other)
    {
        Nesting.Check();
        return other is Sequence s && s.TypeName == TypeName && s.Values.Count == Values.Count
            && FirstDifference(this, s) is null;
    }

    public override Value? Item(Value key)
    {
        if (key is not Int index)
            return null;
        BigInteger place = index.Number.Sign < 0 ? index.Number + Values.Count : index.Number;
        return place.Sign < 0 || place >= Values.Count ? null : Values[(int)place];
    }

    public override Value Slice(SliceBounds bounds) => With([.. bounds.Places(Values.Count).Select(p => Values[p])]);

    public override IEnumerable<Value> Items() => Values;

    public override IEnumerable<Value> Reversed() => Enumerable.Reverse(Values);

    public override Value? Attribute(string name) => SequenceMethods.Find(this, name);

    private protected string Joined()
    {
        Nesting.Check();
        return Nesting.Counted(string.Join(", ", Values.Select(v => v.Repr())));
    }
}

/// <summary>Python's <c>list</c>.</summary>
internal sealed class PyList(IReadOnlyList<Value> values) : Sequence(values)
{
    public override string TypeName => "list";

    public override Sequence With(IReadOnlyList<Value> values) => new PyList(values);

    public override string Repr() => $"[{Joined()}]";

    public override int Hash() => throw TemplateFault.Type("unhashable type: 'list'");
}

/// <summary>Python's <c>tuple</c>.</summary>
internal class PyTuple(IReadOnlyList<Value> values) : Sequence(values)
{
    public override string TypeName => "tuple";

    public override Sequence With(IReadOnlyList<Value> values) => new PyTuple(values);

    public override string Repr() => Values.Count == 1 ? $"({Joined()},)" : $"({Joined()})";

    public override int Hash()
    {
        Nesting.Check();
        return Values.Aggregate(Values.Count, (hash, v) => HashCode.Combine(hash, v.Hash()));
    }
}

/// <summary>A group of the filter <c>groupby</c>.</summary>
internal sealed class Group(Value grouper, PyList list) : PyTuple([grouper, list])
{
    public override Value? Attribute(string name) => name switch
    {
        "grouper" => Values[0],
        "list" => Values[1],
        _ => base.Attribute(name),
    };
}

/// <summary>Python's <c>range</c>.</summary>
internal sealed class PyRange(BigInteger start, BigInteger stop, BigInteger step, int count) : Value
{
    public override string TypeName => "range";

    public override bool IsTrue => count > 0;

    public override int? Length => count;

    public override bool HasItems => true;

    public override string Repr() => step.IsOne ? $"range({start}, {stop})" : $"range({start}, {stop}, {step})";

    public override bool IsEqual(Value other) =>
        other is PyRange r && r.Length == count && r.Items().Zip(Items(), (a, b) => a.IsEqual(b)).All(same => same);

    public override int Hash() => count;

    public override Value? Item(Value key)
    {
        if (key is not Int index)
            return null;
        BigInteger place = index.Number.Sign < 0 ? index.Number + count : index.Number;
        return place.Sign < 0 || place >= count ? null : At(place);
    }

    public override Value Slice(SliceBounds bounds)
    {
        (int first, int end, int by) = bounds.Resolve(count);
        return new PyRange(start + (first * step), start + (end * step), by * step, bounds.Places(count).Count());
    }

    public override IEnumerable<Value> Items() => Enumerable.Range(0, count).Select(i => At(i));

    public override IEnumerable<Value> Reversed() => Enumerable.Range(0, count).Select(i => At(count - 1 - i));

    private Value At(BigInteger place) => Int.Of(start + (place * step));
}

/// <summary>What can be gone through once: the result of <c>map</c>, <c>select</c>, <c>reverse</c>.</summary>
internal sealed class Generator(IEnumerable<Value> values, string typeName = "generator") : Value
{
    private readonly IEnumerator<Value> _values = values.GetEnumerator();

    public override string TypeName => typeName;

    public override string Repr() => throw TemplateFault.Type(
        $"a {typeName} is printed, not what it gives: expected a text. Add the filter list or join");

    public override IEnumerable<Value> Items()
    {
        while (_values.MoveNext())
            yield return _values.Current;
    }
}
