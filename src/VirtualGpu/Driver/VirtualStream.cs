namespace MolEngine.VirtualGpu.Driver;

/// <summary>Work in its order.</summary>
/// <param name="isBlocking">Ordered with the legacy default stream.</param>
internal sealed class VirtualStream(bool isBlocking)
{
    public bool IsBlocking => isBlocking;

    public Queue<QueuedWork> Pending { get; } = new();

    /// <summary>The newest work, done or not; null where there was none.</summary>
    public QueuedWork? Last { get; set; }
}
