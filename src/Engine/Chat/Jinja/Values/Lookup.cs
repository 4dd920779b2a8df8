namespace MolEngine.Engine.Chat.Jinja.Values;

/// <summary>What <c>a.b</c> and <c>a[b]</c> find, in Jinja's immutable sandbox.</summary>
internal static class Lookup
{
    private static readonly HashSet<string> ListChanges =
        ["append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove"];

    private static readonly HashSet<string> DictChanges = ["clear", "pop", "popitem", "setdefault", "update"];

    /// <summary>Attributes that every value of Python has, all of them closed.</summary>
    private static readonly HashSet<string> Internals =
    [
        .. "class dir doc eq format ge getattribute getstate gt hash init init_subclass le lt ne new reduce reduce_ex "
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Concat("repr setattr delattr sizeof str subclasshook".Split(' '))
            .Select(name => $"__{name}__"),
    ];

    /// <summary><c>value.name</c>: the attribute, else the item.</summary>
    public static Value Attribute(Value value, Str name) =>
        FindAttribute(value, name.Text) ?? value.Item(name) ?? Missing(value, name);

    /// <summary><c>value[key]</c>: the item, else the attribute.</summary>
    public static Value Item(Value value, Value key) =>
        value.Item(key) ?? (key is Str name ? FindAttribute(value, name.Text) : null) ?? Missing(value, key);

    /// <summary>Whether dicts have an attribute of a name, open or closed: of others the item is meant.</summary>
    public static bool IsOfDicts(string name) =>
        IsInternal(name) || DictChanges.Contains(name) || DictMethods.Has(name);

    /// <summary>The attribute alone; undefined where it is closed, null where there is none.</summary>
    public static Value? FindAttribute(Value value, string name)
    {
        bool isClosed = IsInternal(name)
            || (value is PyList && ListChanges.Contains(name))
            || (value is PyDict && DictChanges.Contains(name));
        if (!isClosed || value is Undefined)
            return value.Attribute(name);
        return new Undefined(
            () => $"access to attribute '{name}' of '{value.TypeName}' object is unsafe.", isUnsafe: true);
    }

    private static bool IsInternal(string name) => name.StartsWith('_') && Internals.Contains(name);

    private static Undefined Missing(Value value, Value key)
    {
        string type = value is None ? "None" : $"{value.TypeName} object";
        return new Undefined(() => key is Str name
            ? $"'{type}' has no attribute {Str.Quoted(name.Text)}"
            : $"{type} has no element {Shown(key)}");
    }

    private static string Shown(Value key)
    {
        try
        {
            return key.Repr();
        }
        catch (TemplateFault)
        {
            return $"of type {key.TypeName}";
        }
    }
}
