namespace MolEngine.Yaml;

/// <summary>
/// What holds of a key that a config does not give, where that is no value which the key itself could name.
/// </summary>
public sealed class Default
{
    private Default(DefaultKind kind, string words)
    {
        Kind = kind;
        Words = words;
    }

    /// <summary>The key must be given.</summary>
    public static Default Required { get; } = new(DefaultKind.Required, "");

    internal DefaultKind Kind { get; }

    internal string Words { get; }

    /// <summary>
    /// A value that follows from others: who builds the settings computes it, for <see cref="ConfigValues.TakeOr"/>.
    /// </summary>
    /// <param name="words">"2 x lora.rank".</param>
    public static Default Rule(string words) => new(DefaultKind.Rule, words);

    /// <summary>No value: the resolved config has <c>null</c>.</summary>
    /// <param name="words">What is then: "a new adapter".</param>
    public static Default None(string words) => new(DefaultKind.None, words);

    /// <summary>No value yet, for the run will find it: config and resolved config have <c>auto</c>.</summary>
    /// <param name="words">What it will be: "the model's eos token".</param>
    public static Default Auto(string words) => new(DefaultKind.Auto, words);

    /// <summary>A value, where the compiler does not turn it into a default by itself: that of a list.</summary>
    public static Default<T> Of<T>(T value)
        where T : notnull => value;

    /// <summary>One value for each of another key's.</summary>
    public static Default<T> By<T, TOther>(ConfigKey<TOther> other, params (TOther When, T Value)[] cases)
        where T : notnull
        where TOther : notnull => new(
            DefaultKind.Value,
            type => string.Join(", ", cases.Select(c => $"{type.Write(c.Value)} for {other.Write(c.When)}")),
            values => cases.First(c => c.When.Equals(values.Peek(other))).Value);
}

/// <summary>What holds of a key that a config does not give: a value of its type, or a <see cref="Default"/>.</summary>
public sealed class Default<T>
    where T : notnull
{
    private readonly Func<KeyType<T>, string> _words;
    private readonly Func<ConfigValues, T>? _value;
    private readonly string _unless;

    internal Default(DefaultKind kind, Func<KeyType<T>, string> words, Func<ConfigValues, T>? value, string unless = "")
    {
        Kind = kind;
        _words = words;
        _value = value;
        _unless = unless;
    }

    /// <summary>Whether every config has a value of the key, given or not.</summary>
    internal bool IsAlwaysThere => _unless.Length == 0 && Kind is not (DefaultKind.None or DefaultKind.Auto);

    internal DefaultKind Kind { get; }

    public static implicit operator Default<T>(T value) =>
        new(DefaultKind.Value, type => type.Write(value), _ => value);

    public static implicit operator Default<T>(Default other) => new(other.Kind, _ => other.Words, null);

    /// <summary>The same where a condition does not hold; where it does the key has no value.</summary>
    /// <param name="condition">In words: "steps is given".</param>
    public Default<T> Unless(string condition) => new(Kind, _words, _value, condition);

    /// <summary>The words of the manual: "required", "default 50".</summary>
    internal string Text(KeyType<T> type)
    {
        string words = _words(type), unless = _unless.Length == 0 ? "" : $" unless {_unless}";
        return Kind switch
        {
            DefaultKind.Required => "required",
            DefaultKind.Auto => $"default auto: {words}",
            _ => $"default {words}{unless}",
        };
    }

    /// <summary>The value, where the default is one.</summary>
    internal T In(ConfigValues values) => _value is null
        ? throw new InvalidOperationException($"A default of kind {Kind} is no value that Take could give.")
        : _value(values);
}

internal enum DefaultKind
{
    Value,
    Required,
    Rule,
    None,
    Auto,
}
