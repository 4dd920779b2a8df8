namespace MolEngine.Trainer;

/// <summary>
/// A mistake in what the user gave (a path, a config, a record). Shown as its message alone, never with a stack trace;
/// exit code 2. Messages read <c>where: what is wrong with which named thing: expected X, got Y. What to do</c>.
/// </summary>
public sealed class UserException : Exception
{
    public UserException(string message)
        : base(message)
    {
    }

    public UserException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
