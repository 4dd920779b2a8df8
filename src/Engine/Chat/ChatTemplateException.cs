using MolEngine.Basics;

namespace MolEngine.Engine.Chat;

/// <summary>
/// A chat template is broken, asks for what is not supported, or refuses the dialogue that it is given. The message
/// names the template and its line.
/// </summary>
public sealed class ChatTemplateException : UserException
{
    public ChatTemplateException(string message)
        : base(message)
    {
    }

    public ChatTemplateException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
