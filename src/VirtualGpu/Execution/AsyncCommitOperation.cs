namespace MolEngine.VirtualGpu.Execution;

/// <summary>cp.async.commit_group.</summary>
internal sealed class AsyncCommitOperation : Operation
{
    public override void Execute(Warp warp, uint mask) => warp.Copies.Commit(mask);
}
