namespace MolEngine.Engine.Chat.Jinja.Values;

/// <summary>A function of Python: a method of a value, or one that every template has.</summary>
internal sealed class Function(string name, Func<Render, Arguments, Value> body) : Value
{
    public override string TypeName => "builtin_function_or_method";

    public override bool IsCallable => true;

    public override string Repr() =>
        throw TemplateFault.Type($"the function {name} is printed, not what it gives: expected {name}(...)");

    public override Value Call(Render render, Arguments arguments) => body(render, arguments);
}
