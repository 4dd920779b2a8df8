namespace MolEngine.Engine.Chat.Jinja.Values;

/// <summary>The methods of a type, by name.</summary>
internal sealed class Methods<T>
    where T : Value
{
    private readonly Dictionary<string, Func<T, Render, Arguments, Value>> _methods = [];
    private readonly HashSet<string> _others;

    /// <param name="others">Python's other names, which are refused rather than taken for absent.</param>
    public Methods(params IEnumerable<string> others)
    {
        _others = [.. others];
    }

    public Func<T, Render, Arguments, Value> this[string name]
    {
        set => _methods[name] = value;
    }

    /// <summary>Whether there is a method of a name, known here or not.</summary>
    public bool Has(string name) => _methods.ContainsKey(name) || _others.Contains(name);

    /// <summary>A method, bound to its value; null where there is none of the name.</summary>
    public Function? Find(T value, string name)
    {
        if (_methods.TryGetValue(name, out Func<T, Render, Arguments, Value>? method))
            return new Function(name, (render, arguments) => Call(method, value, render, arguments));
        return _others.Contains(name)
            ? throw TemplateFault.NotSupported($"the method '{name}' of '{value.TypeName}'", 0)
            : null;
    }

    private static Value Call(
        Func<T, Render, Arguments, Value> method, T value, Render render, Arguments arguments)
    {
        render.Look(value);
        return method(value, render, arguments);
    }
}

/// <summary>The methods of lists and tuples that change nothing.</summary>
internal static class SequenceMethods
{
    private static readonly Methods<Sequence> All = new()
    {
        ["count"] = (list, _, a) =>
        {
            Value of = a.Unnamed("count", 1, 1)[0];
            return Int.Of(list.Values.Count(v => ValueComparer.Instance.Equals(v, of)));
        },
        ["index"] = Index,
        ["copy"] = (list, _, a) => a.Unnamed("copy", 0, 0) is null ? list : list.With([.. list.Values]),
    };

    public static Value? Find(Sequence list, string name) =>
        list is PyTuple && name == "copy" ? null : All.Find(list, name);

    private static Int Index(Sequence list, Render render, Arguments arguments)
    {
        IReadOnlyList<Value> given = arguments.Unnamed("index", 1, 3);
        var bounds = new SliceBounds(given.ElementAtOrDefault(1), given.ElementAtOrDefault(2), null);
        foreach (int place in bounds.Places(list.Values.Count))
        {
            if (ValueComparer.Instance.Equals(list.Values[place], given[0]))
                return Int.Of(place);
        }

        throw TemplateFault.Value($"{given[0].Repr()} is not in {list.TypeName}");
    }
}

/// <summary>The methods of dicts that change nothing.</summary>
internal static class DictMethods
{
    private static readonly Methods<PyDict> All = new()
    {
        ["items"] = (dict, _, a) => View(a, "items", dict, e => new PyTuple([e.Key, e.Value])),
        ["keys"] = (dict, _, a) => View(a, "keys", dict, e => e.Key),
        ["values"] = (dict, _, a) => View(a, "values", dict, e => e.Value),
        ["get"] = (dict, _, a) =>
        {
            IReadOnlyList<Value> given = a.Unnamed("get", 1, 2);
            return dict.Entries.TryGetValue(given[0], out Value? value)
                ? value
                : given.Count > 1 ? given[1] : None.Instance;
        },
        ["copy"] = (dict, _, a) => a.Unnamed("copy", 0, 0) is null ? dict : new PyDict(dict.Entries),
        ["fromkeys"] = (_, _, a) =>
        {
            IReadOnlyList<Value> given = a.Unnamed("fromkeys", 1, 2);
            Value value = given.Count > 1 ? given[1] : None.Instance;
            return new PyDict(given[0].Iterate().Select(key => KeyValuePair.Create(key, value)));
        },
    };

    public static Value? Find(PyDict dict, string name) => All.Find(dict, name);

    public static bool Has(string name) => All.Has(name);

    private static DictView View(
        Arguments arguments, string name, PyDict dict, Func<KeyValuePair<Value, Value>, Value> part)
    {
        arguments.Unnamed(name, 0, 0);
        return new DictView($"dict_{name}", dict, part);
    }
}

/// <summary>The attributes and methods of numbers.</summary>
internal static class IntMethods
{
    private static readonly Methods<Value> All = new(
        "as_integer_ratio", "to_bytes", "from_bytes", "hex", "fromhex", "bit_count")
    {
        ["conjugate"] = (number, _, a) => a.Unnamed("conjugate", 0, 0) is null ? number : Operators.Plus(number),
        ["is_integer"] = (number, _, a) => Bool.From(
            a.Unnamed("is_integer", 0, 0).Count == 0 && number is Float f && Math.Floor(f.Number) == f.Number
                && double.IsFinite(f.Number)),
        ["bit_length"] = (number, _, a) =>
        {
            a.Unnamed("bit_length", 0, 0);
            return Int.Of(System.Numerics.BigInteger.Abs(((Int)number).Number).GetBitLength());
        },
    };

    public static Value? Find(Value number, string name) => name switch
    {
        "real" => Operators.Plus(number),
        "imag" => number is Float ? new Float(0) : Int.Of(0),
        "numerator" when number is Int => Operators.Plus(number),
        "denominator" when number is Int => Int.Of(1),
        "is_integer" or "hex" or "fromhex" when number is Int => null,
        "bit_length" or "to_bytes" or "from_bytes" or "bit_count" when number is Float => null,
        _ => All.Find(number, name),
    };
}
