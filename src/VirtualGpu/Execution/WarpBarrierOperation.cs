namespace MolEngine.VirtualGpu.Execution;

/// <summary>bar.warp.sync: what lanes did before is seen by the others after.</summary>
internal sealed class WarpBarrierOperation : Operation
{
    public override void Execute(Warp warp, uint mask) => warp.Block.Clocks.Advance(warp.Index);
}
