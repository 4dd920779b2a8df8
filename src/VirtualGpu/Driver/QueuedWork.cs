namespace MolEngine.VirtualGpu.Driver;

/// <summary>A piece of work on a stream.</summary>
/// <param name="after">Work of other streams that must be done before.</param>
internal sealed class QueuedWork(VirtualStream stream, IReadOnlyList<QueuedWork> after, Action action)
{
    public VirtualStream Stream => stream;

    public IReadOnlyList<QueuedWork> After => after;

    public Action Action => action;

    public bool IsDone { get; set; }

    /// <summary>Host memory that it reads when it runs.</summary>
    public HostRange? Reads { get; init; }

    /// <summary>Host memory that it writes when it runs.</summary>
    public HostRange? Writes { get; init; }
}
