namespace MolEngine.Server.Live;

/// <summary>What a live page shows.</summary>
public interface ILiveSource
{
    /// <summary>The style sheet of its parts.</summary>
    string Style { get; }

    /// <summary>What the page says of itself, in markup.</summary>
    string Footer { get; }

    /// <summary>What there is to see now. One call at a time.</summary>
    /// <exception cref="UserException">It cannot be read: says why.</exception>
    LiveView Read();
}
