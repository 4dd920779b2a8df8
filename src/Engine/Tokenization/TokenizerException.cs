using MolEngine.Basics;

namespace MolEngine.Engine.Tokenization;

/// <summary>
/// A tokenizer.json that cannot be read or is not supported, or ids that it does not know. The message is for people.
/// </summary>
public sealed class TokenizerException : UserException
{
    public TokenizerException(string message)
        : base(message)
    {
    }

    public TokenizerException(string message, Exception? inner)
        : base(message, inner!)
    {
    }
}
