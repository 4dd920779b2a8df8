namespace MolEngine.Hub.Http;

/// <summary>What may go well when it is tried again: a server that is busy, a connection that breaks.</summary>
/// <param name="message">What happened, as the end of a sentence.</param>
/// <param name="after">When the server wants to be asked again; null where it does not say.</param>
internal sealed class TransientException(string message, Exception? cause = null, TimeSpan? after = null)
    : Exception(message, cause)
{
    public TimeSpan? After => after;
}
