namespace MolEngine.Engine.Chat.Jinja;

/// <summary>What is wrong with a template, or with what it was given to render: never a fault of the program.</summary>
internal sealed class TemplateFault : Exception
{
    private TemplateFault(string kind, string message, int line = 0)
        : base(message)
    {
        Kind = kind;
        Line = line;
    }

    /// <summary>The name of the exception that Python would raise: <c>TypeError</c>.</summary>
    public string Kind { get; }

    /// <summary>Line of the template, from 1; 0 where whoever catches it knows better.</summary>
    public int Line { get; }

    /// <summary>The same fault, with its line.</summary>
    public TemplateFault At(int line) => new(Kind, Message, line);

    public static TemplateFault Syntax(string message, int line) => new("TemplateSyntaxError", message, line);

    /// <summary>What Jinja knows, and this interpreter does not.</summary>
    public static TemplateFault NotSupported(string what, int line) => new("NotSupported", what, line);

    public static TemplateFault Type(string message) => new("TypeError", message);

    public static TemplateFault Value(string message) => new("ValueError", message);

    public static TemplateFault Undefined(string message) => new("UndefinedError", message);

    public static TemplateFault Security(string message) => new("SecurityError", message);

    public static TemplateFault Runtime(string message) => new("TemplateRuntimeError", message);

    /// <summary>The template's own word: <c>raise_exception</c>.</summary>
    public static TemplateFault Raised(string message) => new("TemplateError", message);

    public static TemplateFault Limit(string message) => new("LimitExceeded", message);

    public static TemplateFault Other(string kind, string message) => new(kind, message);

    /// <summary>The kind of what a template raised on purpose.</summary>
    public bool IsRaised => Kind == "TemplateError";
}
