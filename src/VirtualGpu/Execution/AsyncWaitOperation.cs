namespace MolEngine.VirtualGpu.Execution;

/// <summary>cp.async.wait_group (all but so many groups) and wait_all (negative).</summary>
internal sealed class AsyncWaitOperation(int left) : Operation
{
    public override void Execute(Warp warp, uint mask) => warp.Copies.Wait(warp, mask, left);
}
