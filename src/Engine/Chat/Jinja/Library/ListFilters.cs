using MolEngine.Engine.Chat.Jinja.Nodes;
using MolEngine.Engine.Chat.Jinja.Values;

namespace MolEngine.Engine.Chat.Jinja.Library;

/// <summary>Filters of what holds several values.</summary>
internal static class ListFilters
{
    public static IReadOnlyDictionary<string, Applied> All { get; } = new Dictionary<string, Applied>
    {
        ["length"] = Length,
        ["count"] = Length,
        ["default"] = Default,
        ["d"] = Default,
        ["list"] = (r, v, a) => a.Unnamed("list", 0, 0) is null ? v : new PyList([.. v.Counted(r)]),
        ["first"] = (_, v, a) => Edge("first", a, v.Iterate()),
        ["last"] = (_, v, a) => Edge("last", a, v.Reversed() ?? throw NotReversible(v)),
        ["reverse"] = Reverse,
        ["join"] = Join,
        ["items"] = Items,
        ["dictsort"] = DictSort,
        ["sort"] = Sort,
        ["unique"] = Unique,
        ["min"] = (r, v, a) => Extreme("min", r, v, a, (x, best) => Operators.IsLess(x, best, orEqual: false)),
        ["max"] = (r, v, a) => Extreme("max", r, v, a, (x, best) => Operators.IsLess(best, x, orEqual: false)),
        ["sum"] = Sum,
        ["groupby"] = GroupBy,
        ["batch"] = Batch,
        ["slice"] = Columns,
        ["attr"] = (_, v, a) => Attribute(v, a.Bind("attr", 1, "name")[0].Text("", "attr")),
    };

    private static Value Length(Render render, Value value, Arguments arguments)
    {
        arguments.Unnamed("length", 0, 0);
        return Int.Of(
            value.Length ?? throw TemplateFault.Type($"object of type '{value.TypeName}' has no len()"));
    }

    private static Value Default(Render render, Value value, Arguments arguments)
    {
        Value?[] given = arguments.Bind("default", 0, "default_value", "boolean");
        return value is Undefined || (given[1].IsTrue() && !value.IsTrue) ? given[0] ?? Str.Empty : value;
    }

    private static Value Edge(string name, Arguments arguments, IEnumerable<Value> values)
    {
        arguments.Unnamed(name, 0, 0);
        return values.FirstOrDefault() ?? new Undefined($"No {name} item, sequence was empty.");
    }

    private static TemplateFault NotReversible(Value value) =>
        TemplateFault.Type($"'{value.TypeName}' object is not reversible");

    private static Value Reverse(Render render, Value value, Arguments arguments)
    {
        arguments.Unnamed("reverse", 0, 0);
        render.Produce(value.Length ?? 0);
        if (value is Str text)
            return text.With(string.Concat(text.Points().Reverse()));
        if (value.Reversed() is { } reversed)
            return new Generator(reversed, "reversed");
        return value.Items() is not null
            ? new PyList([.. value.Counted(render).Reverse()])
            : throw TemplateFault.Other("FilterArgumentError", "argument must be iterable");
    }

    private static Str Join(Render render, Value value, Arguments arguments)
    {
        Value?[] given = arguments.Bind("join", 0, "d", "attribute");
        string separator = (given[0] ?? Str.Empty).Print();
        Func<Value, Value> get = Attributes.Getter(given[1]);
        string joined = string.Join(separator, value.Counted(render).Select(v => get(v).Print()));
        render.Produce(joined.Length);
        return new Str(joined);
    }

    private static Value Items(Render render, Value value, Arguments arguments)
    {
        arguments.Unnamed("items", 0, 0);
        return value switch
        {
            Undefined => new Generator([]),
            PyDict dict => new Generator(dict.Entries.Select(e => new PyTuple([e.Key, e.Value]))),
            _ => throw TemplateFault.Type("Can only get item pairs from a mapping."),
        };
    }

    private static PyList DictSort(Render render, Value value, Arguments arguments)
    {
        Value?[] given = arguments.Bind("dictsort", 0, "case_sensitive", "by", "reverse");
        string by = given[1].Text("key", "dictsort");
        if (by is not ("key" or "value"))
            throw TemplateFault.Other("FilterArgumentError", "You can only sort by either \"key\" or \"value\"");
        if (value is not PyDict dict)
        {
            throw (value as Undefined)?.Fault
                ?? TemplateFault.Type($"'{value.TypeName}' object has no attribute 'items'");
        }

        render.Produce(dict.Entries.Count);
        Func<Value, Value> get = Attributes.Getter(null, ignoresCase: !given[0].IsTrue());
        IEnumerable<Value> pairs = dict.Entries.Select(e => new PyTuple([e.Key, e.Value]));
        return new PyList(Sorting.Sort(
            pairs, p => get(((PyTuple)p).Values[by == "key" ? 0 : 1]), given[2].IsTrue()));
    }

    private static PyList Sort(Render render, Value value, Arguments arguments)
    {
        Value?[] given = arguments.Bind("sort", 0, "reverse", "case_sensitive", "attribute");
        Func<Value, Value> key = Attributes.Getters(given[2], ignoresCase: !given[1].IsTrue());
        return new PyList(Sorting.Sort(value.Counted(render), key, given[0].IsTrue()));
    }

    private static Generator Unique(Render render, Value value, Arguments arguments)
    {
        Value?[] given = arguments.Bind("unique", 0, "case_sensitive", "attribute");
        Func<Value, Value> get = Attributes.Getter(given[1], ignoresCase: !given[0].IsTrue());
        return new Generator(value.Counted(render).DistinctBy(get, ValueComparer.Instance));
    }

    private static Value Extreme(
        string name, Render render, Value value, Arguments arguments, Func<Value, Value, bool> isBetter)
    {
        Value?[] given = arguments.Bind(name, 0, "case_sensitive", "attribute");
        Func<Value, Value> get = Attributes.Getter(given[1], ignoresCase: !given[0].IsTrue());
        Value? best = null, bestKey = null;
        foreach (Value item in value.Counted(render))
        {
            Value key = get(item);
            if (bestKey is null || isBetter(key, bestKey))
                (best, bestKey) = (item, key);
        }

        return best ?? new Undefined("No aggregated item, sequence was empty.");
    }

    private static Value Sum(Render render, Value value, Arguments arguments)
    {
        Value?[] given = arguments.Bind("sum", 0, "attribute", "start");
        Value sum = given[1] ?? Int.Of(0);
        if (sum is Str)
            throw TemplateFault.Type("sum() can't sum strings [use ''.join(seq) instead]");
        Func<Value, Value> get = Attributes.Getter(given[0]);
        return value.Counted(render).Aggregate(sum, (total, item) => Operators.Add(render, total, get(item)));
    }

    private static PyList GroupBy(Render render, Value value, Arguments arguments)
    {
        Value?[] given = arguments.Bind("groupby", 1, "attribute", "default", "case_sensitive");
        Value? otherwise = given[1].OrNone();
        Func<Value, Value> key = Attributes.Getter(given[0], !given[2].IsTrue(), otherwise);
        Func<Value, Value> shown = Attributes.Getter(given[0], otherwise: otherwise);
        List<List<Value>> groups = [];
        Value? last = null;
        foreach (Value item in Sorting.Sort(value.Counted(render), key))
        {
            Value itsKey = key(item);
            if (last is null || !ValueComparer.Instance.Equals(last, itsKey))
                groups.Add([]);
            groups[^1].Add(item);
            last = itsKey;
        }

        return new PyList([.. groups.Select(g => new Group(shown(g[0]), new PyList(g)))]);
    }

    private static Generator Batch(Render render, Value value, Arguments arguments)
    {
        Value?[] given = arguments.Bind("batch", 1, "linecount", "fill_with");
        return new Generator(Batches(value.Counted(render), given[0].Whole(0, "batch"), given[1].OrNone(), render));
    }

    private static IEnumerable<Value> Batches(IEnumerable<Value> values, int size, Value? fill, Render render)
    {
        List<Value> batch = [];
        foreach (Value value in values)
        {
            if (batch.Count == size)
            {
                yield return new PyList(batch);
                batch = [];
            }

            batch.Add(value);
        }

        if (batch.Count == 0)
            yield break;
        if (fill is not null && batch.Count < size)
        {
            render.Produce(size);
            batch.AddRange(Enumerable.Repeat(fill, size - batch.Count));
        }

        yield return new PyList(batch);
    }

    private static Generator Columns(Render render, Value value, Arguments arguments)
    {
        Value?[] given = arguments.Bind("slice", 1, "slices", "fill_with");
        int count = given[0].Whole(1, "slice");
        return new Generator(Columns(render, value, count, given[1].OrNone()));
    }

    private static IEnumerable<Value> Columns(Render render, Value value, int count, Value? fill)
    {
        Value[] values = [.. value.Counted(render)];
        if (count == 0)
            throw TemplateFault.Other("ZeroDivisionError", "integer division or modulo by zero");
        int size = values.Length / count, longer = values.Length % count, start = 0;
        for (int i = 0; i < count; i++)
        {
            render.Step();
            int end = start + size + (i < longer ? 1 : 0);
            List<Value> column = [.. values[start..end]];
            if (fill is not null && i >= longer)
                column.Add(fill);
            start = end;
            yield return new PyList(column);
        }
    }

    private static Value Attribute(Value value, string name) =>
        Lookup.FindAttribute(value, name)
            ?? new Undefined($"'{value.TypeName} object' has no attribute {Str.Quoted(name)}");
}
