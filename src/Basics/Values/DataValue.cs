namespace MolEngine.Basics.Values;

/// <summary>
/// A value as JSON, YAML and tables hold them, whatever it was read from: immutable, equal to another with the same
/// content.
/// </summary>
public abstract record DataValue
{
    private protected DataValue()
    {
    }
}

/// <summary>A text. Every UTF-16 unit counts: nothing is trimmed or normalised.</summary>
public sealed record TextValue(string Text) : DataValue;

/// <summary>A number as it was written: <c>1</c>, <c>1.0</c> and <c>1e0</c> are three values.</summary>
/// <param name="Literal">A number in JSON's grammar.</param>
public sealed record NumberValue(string Literal) : DataValue;

/// <summary>True or false.</summary>
public sealed record FlagValue(bool IsTrue) : DataValue;

/// <summary>A null: it is said that there is nothing.</summary>
public sealed record NullValue : DataValue
{
    private NullValue()
    {
    }

    public static NullValue Instance { get; } = new();
}
