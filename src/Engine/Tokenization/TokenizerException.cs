namespace MolEngine.Engine.Tokenization;

/// <summary>
/// A tokenizer.json that cannot be read or is not supported, or ids that it does not know. The message is for people.
/// </summary>
public sealed class TokenizerException(string message, Exception? inner = null) : Exception(message, inner);
