namespace MolEngine.Basics;

/// <summary>
/// Something this machine lacks (a GPU that was asked for, a library, memory). Shown as its message alone; exit code 3.
/// </summary>
public sealed class EnvironmentFaultException : Exception
{
    public EnvironmentFaultException(string message)
        : base(message)
    {
    }

    public EnvironmentFaultException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
