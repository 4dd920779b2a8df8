namespace MolEngine.Basics;

/// <summary>
/// Something a person gave (a file, a key, a path) is wrong. The message reads
/// <c>where: what: expected X, got Y. What to do</c> and is shown as it is; a program ends with exit code 2.
/// </summary>
public class UserException : Exception
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
