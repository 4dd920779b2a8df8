using MolEngine.Engine.Chat.Jinja.Nodes;
using MolEngine.Engine.Chat.Jinja.Values;

namespace MolEngine.Engine.Chat.Jinja.Library;

/// <summary>Filters that apply another filter, or a test, to every item.</summary>
internal static class SelectionFilters
{
    public static IReadOnlyDictionary<string, Applied> All { get; } = new Dictionary<string, Applied>
    {
        ["map"] = Map,
        ["select"] = (r, v, a) => Select(r, v, a, wanted: true, ofAttribute: false),
        ["reject"] = (r, v, a) => Select(r, v, a, wanted: false, ofAttribute: false),
        ["selectattr"] = (r, v, a) => Select(r, v, a, wanted: true, ofAttribute: true),
        ["rejectattr"] = (r, v, a) => Select(r, v, a, wanted: false, ofAttribute: true),
    };

    private static Generator Map(Render render, Value value, Arguments arguments) =>
        new(Mapped(render, value, arguments));

    /// <summary>Nothing is looked at, the arguments too, before the first item is asked for.</summary>
    private static IEnumerable<Value> Mapped(Render render, Value value, Arguments arguments)
    {
        if (!value.IsTrue)
            yield break;
        Func<Value, Value> map = Mapping(render, arguments);
        foreach (Value item in value.Counted(render))
            yield return map(item);
    }

    private static Func<Value, Value> Mapping(Render render, Arguments arguments)
    {
        if (arguments.Positional.Count == 0 && arguments.Named.Any(n => n.Key == "attribute"))
        {
            Value?[] given = arguments.Bind("map", 0, "attribute", "default");
            return Attributes.Getter(given[0], otherwise: given[1].OrNone());
        }

        if (arguments.Positional.Count == 0)
            throw TemplateFault.Other("FilterArgumentError", "map requires a filter argument");
        Applied filter = Filters.Get(arguments.Positional[0]);
        var rest = new Arguments([.. arguments.Positional.Skip(1)], arguments.Named);
        return item => filter(render, item, rest);
    }

    private static Generator Select(Render render, Value value, Arguments arguments, bool wanted, bool ofAttribute) =>
        new(Selected(render, value, arguments, wanted, ofAttribute));

    private static IEnumerable<Value> Selected(
        Render render, Value value, Arguments arguments, bool wanted, bool ofAttribute)
    {
        if (!value.IsTrue)
            yield break;
        Func<Value, bool> isSelected = Selection(render, arguments, ofAttribute);
        foreach (Value item in value.Counted(render))
        {
            if (isSelected(item) == wanted)
                yield return item;
        }
    }

    private static Func<Value, bool> Selection(Render render, Arguments arguments, bool ofAttribute)
    {
        IReadOnlyList<Value> given = arguments.Positional;
        if (ofAttribute && given.Count == 0)
            throw TemplateFault.Other("FilterArgumentError", "Missing parameter for attribute name");
        Func<Value, Value> get = Attributes.Getter(ofAttribute ? given[0] : null);
        int first = ofAttribute ? 1 : 0;
        if (given.Count <= first)
            return item => get(item).IsTrue;
        Applied test = Filters.GetTest(given[first]);
        var rest = new Arguments([.. given.Skip(first + 1)], arguments.Named);
        return item => test(render, get(item), rest).IsTrue;
    }
}
