using MolEngine.Engine.Chat.Jinja;

namespace MolEngine.Engine.Chat;

/// <summary>Where a template is from, and the errors that say so.</summary>
/// <param name="Name">In words, for people.</param>
/// <param name="IsFile">Whether the lines of the template are those of the file.</param>
internal sealed record TemplateOrigin(string Name, bool IsFile)
{
    private const string Ways = "Change the dialogue, or name another template with chat_template";

    public static TemplateOrigin File(string path) => new(path, true);

    /// <summary>A value inside of a JSON file.</summary>
    public static TemplateOrigin Inside(string path, string key) => new($"{path}: {key}", false);

    /// <summary>The error of a template that cannot be read.</summary>
    public ChatTemplateException Unreadable(TemplateFault fault) => fault.Kind == "NotSupported"
        ? Failed(fault)
        : new ChatTemplateException(
            $"{At(fault.Line)}: not a chat template: {fault.Message}. Correct it, or name another with chat_template",
            fault);

    /// <summary>The error of a template that does not render.</summary>
    public ChatTemplateException Failed(TemplateFault fault)
    {
        string where = At(fault.Line);
        string message = fault.Kind switch
        {
            "TemplateError" => $"{where}: the chat template refuses the dialogue: {Ended(fault.Message)} {Ways}",
            "NotSupported" => $"{where}: the chat template uses {fault.Message}, which is not supported. "
                + "Name another template with chat_template",
            "LimitExceeded" => $"{where}: the chat template does not come to an end: {fault.Message}",
            _ => $"{where}: the chat template fails on the dialogue: {fault.Message} ({fault.Kind}). {Ways}",
        };
        return new ChatTemplateException(message, fault);
    }

    private static string Ended(string sentence) => sentence is [.., '.' or '!' or '?'] ? sentence : $"{sentence}.";

    private string At(int line) => line <= 0 ? Name : IsFile ? $"{Name}:{line}" : $"{Name}, line {line}";
}
