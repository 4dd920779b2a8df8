using MolEngine.Basics;

namespace MolEngine.Engine.Files;

/// <summary>
/// A file of a model or of an adapter is broken, does not fit its config, or asks for what the engine does not compute.
/// </summary>
public sealed class ModelFileException : UserException
{
    public ModelFileException(string message)
        : base(message)
    {
    }

    public ModelFileException(string message, Exception? cause)
        : base(message, cause!)
    {
    }
}
