using System.Numerics;
using MolEngine.Engine.Chat.Jinja.Values;

namespace MolEngine.Engine.Chat.Jinja.Library;

/// <summary>The functions that every template has.</summary>
internal static class Globals
{
    /// <summary>Items that a <c>range</c> may have: the sandbox's limit.</summary>
    private const int MostInRange = 100_000;

    private static readonly Dictionary<string, Func<Render, Arguments, Value>> All = new()
    {
        ["range"] = Range,
        ["dict"] = (_, a) => new PyDict(Entries("dict", a)),
        ["namespace"] = MakeNamespace,
        ["cycler"] = (_, a) => new Cycler(a.Unnamed("cycler", 0, int.MaxValue)),
        ["joiner"] = (_, a) => new Joiner(a.Bind("joiner", 0, "sep")[0] ?? new Str(", ")),
        ["raise_exception"] = (_, a) => throw TemplateFault.Raised(a.Bind("raise_exception", 1, "message")[0]!.Print()),
        ["strftime_now"] = (r, a) => new Str(Strftime.Format(a.Bind("strftime_now", 1, "format")[0]!, r.Now)),
    };

    /// <summary>A function by name; null where there is none.</summary>
    /// <exception cref="TemplateFault">Jinja has it, and this interpreter does not.</exception>
    public static Value? Find(string name)
    {
        if (name == "lipsum")
            throw TemplateFault.NotSupported("the function 'lipsum'", 0);
        return All.TryGetValue(name, out Func<Render, Arguments, Value>? body) ? new Function(name, body) : null;
    }

    private static PyRange Range(Render render, Arguments arguments)
    {
        IReadOnlyList<Value> given = arguments.Unnamed("range", 1, 3);
        BigInteger[] whole = [.. given.Select(v => v switch
        {
            Int i => i.Number,
            _ => throw TemplateFault.Type($"'{v.TypeName}' object cannot be interpreted as an integer"),
        })];
        BigInteger start = whole.Length > 1 ? whole[0] : 0, stop = whole.Length > 1 ? whole[1] : whole[0];
        BigInteger step = whole.Length > 2 ? whole[2] : 1;
        if (step.IsZero)
            throw TemplateFault.Value("range() arg 3 must not be zero");
        BigInteger span = step.Sign > 0 ? stop - start : start - stop;
        BigInteger size = BigInteger.Abs(step);
        BigInteger count = span.Sign <= 0 ? 0 : (span + size - 1) / size;
        return count <= MostInRange
            ? new PyRange(start, stop, step, (int)count)
            : throw TemplateFault.Other(
                "OverflowError", $"Range too big. The sandbox blocks ranges larger than MAX_RANGE ({MostInRange}).");
    }

    private static Namespace MakeNamespace(Render render, Arguments arguments)
    {
        var made = new Namespace();
        foreach ((Value key, Value value) in Entries("namespace", arguments))
            made[key is Str name ? name.Text : throw TemplateFault.Type("attribute name must be string")] = value;
        return made;
    }

    /// <summary>The entries as Python's <c>dict</c> takes them: a dict or pairs, then names.</summary>
    private static IEnumerable<KeyValuePair<Value, Value>> Entries(string function, Arguments arguments)
    {
        if (arguments.Positional.Count > 1)
            throw TemplateFault.Type($"{function} expected at most 1 argument, got {arguments.Positional.Count}");
        IEnumerable<KeyValuePair<Value, Value>> first = arguments.Positional switch
        {
            [] => [],
            [PyDict dict] => dict.Entries,
            [var pairs, ..] => pairs.Iterate().Select(Pair),
        };
        return first.Concat(arguments.Named.Select(n => KeyValuePair.Create<Value, Value>(new Str(n.Key), n.Value)));
    }

    private static KeyValuePair<Value, Value> Pair(Value value)
    {
        Value[] pair = [.. value.Iterate().Take(3)];
        return pair.Length == 2
            ? KeyValuePair.Create(pair[0], pair[1])
            : throw TemplateFault.Value("dictionary update sequence element: expected a length of 2");
    }
}

/// <summary>Gives its values in turn, again and again.</summary>
internal sealed class Cycler(IReadOnlyList<Value> values) : Value
{
    private readonly IReadOnlyList<Value> _values =
        values.Count > 0 ? values : throw TemplateFault.Runtime("at least one item has to be provided");

    private int _at;

    public override string TypeName => "Cycler";

    public override string Repr() => throw TemplateFault.Type("a cycler is printed: expected its current or next()");

    public override Value? Attribute(string name) => name switch
    {
        "current" => _values[_at],
        "pos" => Int.Of(_at),
        "items" => new PyTuple(_values),
        "next" => new Function("next", (_, a) => Next(a)),
        "reset" => new Function("reset", (_, a) => Reset(a)),
        _ => null,
    };

    private Value Next(Arguments arguments)
    {
        arguments.Unnamed("next", 0, 0);
        Value current = _values[_at];
        _at = (_at + 1) % _values.Count;
        return current;
    }

    private None Reset(Arguments arguments)
    {
        arguments.Unnamed("reset", 0, 0);
        _at = 0;
        return None.Instance;
    }
}

/// <summary>Gives nothing at first, and its separator from then on.</summary>
internal sealed class Joiner(Value separator) : Value
{
    private bool _used;

    public override string TypeName => "Joiner";

    public override bool IsCallable => true;

    public override string Repr() => throw TemplateFault.Type("a joiner is printed: expected a call of it");

    public override Value? Attribute(string name) => name switch
    {
        "sep" => separator,
        "used" => Bool.From(_used),
        _ => null,
    };

    public override Value Call(Render render, Arguments arguments)
    {
        arguments.Unnamed("joiner", 0, 0);
        Value given = _used ? separator : Str.Empty;
        _used = true;
        return given;
    }
}
