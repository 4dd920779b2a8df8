namespace MolEngine.VirtualGpu.Execution;

/// <summary>bra: lanes whose guard holds go to the target.</summary>
internal sealed class BranchOperation(int target) : Operation
{
    public override bool IsControl => true;

    public override void Execute(Warp warp, uint mask) => throw new InvalidOperationException();

    public override void Control(Warp warp, uint mask)
    {
        if (mask == warp.Mask)
        {
            warp.JumpTo(target);
        }
        else if (mask == 0)
        {
            warp.Advance();
        }
        else
        {
            warp.Block.Counters.DivergentBranches++;
            // Lanes that go straight to the end have ended: an early return is no divergence at a later barrier.
            if (warp.Block.Code[target] is ExitOperation { Guard: < 0 })
            {
                warp.Exit(mask);
                warp.Advance();
            }
            else
            {
                warp.Diverge(mask, target);
            }
        }
    }
}
