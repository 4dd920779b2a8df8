namespace MolEngine.Basics;

/// <summary>
/// A run that began properly and could not go on (a loss that is not finite, a disk that is full). Exit code 1.
/// </summary>
public sealed class RunFailedException : Exception
{
    public RunFailedException(string message)
        : base(message)
    {
    }

    public RunFailedException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
