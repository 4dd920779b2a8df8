using MolEngine.Engine.Chat.Jinja.Nodes;
using MolEngine.Engine.Chat.Jinja.Values;

namespace MolEngine.Engine.Chat.Jinja.Library;

/// <summary>What <c>is</c> asks.</summary>
internal static class Tests
{
    private static readonly Dictionary<string, Applied> All = new()
    {
        ["defined"] = Of((_, v) => v is not Undefined),
        ["undefined"] = Of((_, v) => v is Undefined),
        ["none"] = Of((_, v) => v is None),
        ["boolean"] = Of((_, v) => v is Bool),
        ["true"] = Of((_, v) => v is Bool { IsTrue: true }),
        ["false"] = Of((_, v) => v is Bool { IsTrue: false }),
        ["integer"] = Of((_, v) => v is Int and not Bool),
        ["float"] = Of((_, v) => v is Float),
        ["number"] = Of((_, v) => v is Int or Float),
        ["string"] = Of((_, v) => v is Str),
        ["mapping"] = Of((_, v) => v is PyDict),
        ["sequence"] = Of((_, v) => v.Length is not null && v.HasItems),
        ["iterable"] = Of((_, v) => v.Items() is not null),
        ["callable"] = Of((_, v) => v.IsCallable),
        ["escaped"] = Of((_, v) => v is Str { IsSafe: true }),
        ["odd"] = Of((r, v) => IsRest(r, v, 2, 1)),
        ["even"] = Of((r, v) => IsRest(r, v, 2, 0)),
        ["lower"] = Of((_, v) => CaseRules.IsLower(v.Print())),
        ["upper"] = Of((_, v) => CaseRules.IsUpper(v.Print())),
        ["filter"] = Of((_, v) => IsNameOf(v, name => Filters.Find(name) is not null)),
        ["test"] = Of((_, v) => IsNameOf(v, name => Find(name) is not null)),
        ["divisibleby"] = With("divisibleby", "num", (r, a, b) => Operators.Modulo(r, a, b).IsEqual(Int.Of(0))),
        ["sameas"] = With("sameas", "other", (_, a, b) => IsSame(a, b)),
        ["in"] = With("in", "seq", (_, a, b) => b.Contains(a)),
    };

    static Tests()
    {
        (string Sign, string[] Names)[] comparisons =
        [
            ("==", ["==", "eq", "equalto"]), ("!=", ["!=", "ne"]), (">", [">", "gt", "greaterthan"]),
            (">=", [">=", "ge"]), ("<", ["<", "lt", "lessthan"]), ("<=", ["<=", "le"]),
        ];
        foreach ((string sign, string[] names) in comparisons)
        {
            foreach (string name in names)
                All[name] = With(name, "other", (_, a, b) => Comparison.Compare(sign, a, b));
        }
    }

    /// <summary>A test by name; null where there is none.</summary>
    public static Applied? Find(string name) => All.GetValueOrDefault(name);

    private static Applied Of(Func<Render, Value, bool> test) => (render, value, arguments) =>
    {
        arguments.Unnamed("the test", 0, 0);
        return Bool.From(test(render, value));
    };

    private static Applied With(string name, string parameter, Func<Render, Value, Value, bool> test) =>
        (render, value, arguments) => Bool.From(test(render, value, arguments.Bind(name, 1, parameter)[0]!));

    /// <summary>Looked up as a key: what cannot be one is an error.</summary>
    private static bool IsNameOf(Value value, Func<string, bool> isThere)
    {
        value.Hash();
        return value is Str name && isThere(name.Text);
    }

    private static bool IsRest(Render render, Value value, int by, int rest) =>
        Operators.Modulo(render, value, Int.Of(by)).IsEqual(Int.Of(rest));

    /// <summary>Python's <c>is</c>: one value where CPython has one, as of small numbers and short texts.</summary>
    private static bool IsSame(Value a, Value b) => ReferenceEquals(a, b) || (a, b) switch
    {
        (Int x, Int y) when x is not Bool && y is not Bool => x.Number == y.Number && x.Number >= -5 && x.Number <= 256,
        (Str x, Str y) => ReferenceEquals(x.Text, y.Text) || (x.Text == y.Text && x.Text.Length <= 1),
        _ => false,
    };
}
