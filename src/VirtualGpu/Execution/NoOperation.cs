namespace MolEngine.VirtualGpu.Execution;

/// <summary>
/// Fences (a block's memory is always seen in order here), prefetches and sleeps: nothing that a result depends on.
/// </summary>
internal sealed class NoOperation : Operation
{
    public override void Execute(Warp warp, uint mask)
    {
    }
}
