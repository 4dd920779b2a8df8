using System.Numerics;
using System.Runtime.CompilerServices;

namespace MolEngine.Engine.Chat.Jinja.Values;

/// <summary>Python's <c>None</c>.</summary>
internal sealed class None : Value
{
    private None()
    {
    }

    public static None Instance { get; } = new();

    public override string TypeName => "NoneType";

    public override bool IsTrue => false;

    public override string Repr() => "None";
}

/// <summary>A whole number of any size.</summary>
internal class Int(BigInteger number) : Value
{
    private static readonly Int[] Small = [.. Enumerable.Range(-5, 262).Select(i => new Int(i))];

    public BigInteger Number { get; } = number;

    public override string TypeName => "int";

    public override bool IsTrue => !Number.IsZero;

    public static Int Of(int number) => number is >= -5 and <= 256 ? Small[number + 5] : new Int(number);

    public static Int Of(BigInteger number) =>
        number >= -5 && number <= 256 ? Small[(int)number + 5] : new Int(number);

    public override string Repr() => Numbers.Text(Number);

    public override bool IsEqual(Value other) => other switch
    {
        Int i => i.Number == Number,
        Float f => Numbers.Compare(Number, f.Number) == 0,
        _ => false,
    };

    public override int Hash() => Number.GetHashCode();

    public override Value? Attribute(string name) => IntMethods.Find(this, name);
}

/// <summary>True or false, which are the whole numbers 1 and 0 too.</summary>
internal sealed class Bool : Int
{
    private Bool(bool isTrue)
        : base(isTrue ? 1 : 0)
    {
    }

    public static Bool True { get; } = new(true);

    public static Bool False { get; } = new(false);

    public override string TypeName => "bool";

    public static Bool From(bool isTrue) => isTrue ? True : False;

    public override string Repr() => IsTrue ? "True" : "False";
}

/// <summary>A number in double precision.</summary>
internal sealed class Float(double number) : Value
{
    public double Number { get; } = number;

    public override string TypeName => "float";

    public override bool IsTrue => Number != 0;

    public override string Repr() => FloatText.Shortest(Number);

    public override bool IsEqual(Value other) => other switch
    {
        Float f => f.Number == Number,
        Int i => Numbers.Compare(i.Number, Number) == 0,
        _ => false,
    };

    public override int Hash() => double.IsFinite(Number) && Math.Floor(Number) == Number
        ? new BigInteger(Number).GetHashCode()
        : Number.GetHashCode();

    public override Value? Attribute(string name) => IntMethods.Find(this, name);
}

/// <summary>
/// What is not there. It prints as nothing, is false and empty; whatever else is done with it is an error.
/// </summary>
/// <param name="reason">Makes the error's text: most of what is undefined is only asked about.</param>
internal sealed class Undefined(Func<string> reason, bool isUnsafe = false) : Value
{
    public Undefined(string reason)
        : this(() => reason)
    {
    }

    public override string TypeName => "Undefined";

    public override bool IsTrue => false;

    public override int? Length => 0;

    public override bool HasItems => true;

    public override bool IsCallable => true;

    public TemplateFault Fault => isUnsafe ? TemplateFault.Security(reason()) : TemplateFault.Undefined(reason());

    public override string Repr() => "Undefined";

    public override string Print() => "";

    public override bool IsEqual(Value other) => other is Undefined;

    public override int Hash() => 0;

    public override Value? Attribute(string name) => throw Fault;

    public override Value? Item(Value key) => throw Fault;

    public override Value Slice(SliceBounds bounds) => throw Fault;

    public override IEnumerable<Value> Items() => [];

    public override IEnumerable<Value> Reversed() => [];

    public override Value Call(Render render, Arguments arguments) => throw Fault;
}

/// <summary>Python's <c>Hash</c> and <c>==</c> as .NET asks for them.</summary>
internal sealed class ValueComparer : IEqualityComparer<Value>
{
    public static ValueComparer Instance { get; } = new();

    public bool Equals(Value? x, Value? y) => ReferenceEquals(x, y) || x!.IsEqual(y!);

    public int GetHashCode(Value value) => value.Hash();
}

/// <summary>Bounds the depth of values in values, and what is done with all of them.</summary>
internal static class Nesting
{
    /// <summary>Counts a value that holds others.</summary>
    /// <exception cref="TemplateFault">The stack is nearly used up, or too much is done.</exception>
    public static void Check()
    {
        Render.Current?.Step();
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw TemplateFault.Limit("too deep: expected values and calls that end, got them one in the other");
    }

    /// <summary>Counts the text of a value that holds others.</summary>
    public static string Counted(string text)
    {
        Render.Current?.Produce(text.Length);
        return text;
    }
}
