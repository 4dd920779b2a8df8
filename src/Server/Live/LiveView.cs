namespace MolEngine.Server.Live;

/// <summary>What a live page shows at a moment.</summary>
/// <param name="Title">Of the browser's window.</param>
/// <param name="Status">The state in words.</param>
/// <param name="Parts">In their order; names and their order stay, one with nothing to show is empty.</param>
public sealed record LiveView(string Title, LiveState State, string Status, IReadOnlyList<LivePart> Parts);

/// <summary>A part of a live page.</summary>
/// <param name="Name">Letters and hyphens.</param>
/// <param name="Html">Markup that is escaped already.</param>
public sealed record LivePart(string Name, string Html);

/// <summary>What is shown of a state beside its words.</summary>
public enum LiveState
{
    /// <summary>There is nothing yet.</summary>
    Waiting,

    /// <summary>It goes on.</summary>
    Running,

    /// <summary>It stands still, and may go on.</summary>
    Stopped,

    /// <summary>Nothing will change any more.</summary>
    Ended,

    /// <summary>What was there is gone, or cannot be read.</summary>
    Gone,
}
