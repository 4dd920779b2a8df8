using System.Numerics;
using MolEngine.VirtualGpu.Faults;

namespace MolEngine.VirtualGpu.Execution;

/// <summary>trap and brkpt: the kernel reports an error of its own.</summary>
internal sealed class TrapOperation : Operation
{
    public override void Execute(Warp warp, uint mask) =>
        throw warp.Fault(this, FaultKind.Trap, BitOperations.TrailingZeroCount(mask), "the kernel stopped itself");
}
