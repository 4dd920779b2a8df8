namespace MolEngine.Server.Serving;

/// <summary>Whether a request may wait for its answers.</summary>
public enum Admission
{
    Accepted,

    /// <summary>The queue has no room for all of them.</summary>
    Full,

    /// <summary>The server is stopping.</summary>
    Stopping,
}
