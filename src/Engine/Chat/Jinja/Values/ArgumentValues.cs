namespace MolEngine.Engine.Chat.Jinja.Values;

/// <summary>What methods and filters ask of their arguments.</summary>
internal static class ArgumentValues
{
    /// <summary>Whether an argument that may be left out counts as true.</summary>
    public static bool IsTrue(this Value? value) => value is { IsTrue: true };

    /// <summary>A whole number that counts something.</summary>
    public static int Whole(this Value? value, int otherwise, string what) => value switch
    {
        null => otherwise,
        Int i => i.Number > int.MaxValue ? int.MaxValue : i.Number < int.MinValue ? int.MinValue : (int)i.Number,
        Undefined u => throw u.Fault,
        _ => throw TemplateFault.Type($"{what}: expected an integer, got '{value.TypeName}'"),
    };

    public static string Text(this Value? value, string otherwise, string what) => value switch
    {
        null => otherwise,
        Str s => s.Text,
        _ => throw TemplateFault.Type($"{what}: expected a str, got '{value.TypeName}'"),
    };

    /// <summary>Null where the argument is none or left out.</summary>
    public static Value? OrNone(this Value? value) => value is None ? null : value;

    /// <summary>How many items are gone through, for the budget.</summary>
    public static IEnumerable<Value> Counted(this Value value, Render render)
    {
        foreach (Value item in value.Iterate())
        {
            render.Produce(1);
            yield return item;
        }
    }
}
