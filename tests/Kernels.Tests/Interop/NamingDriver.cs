using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Tests.Interop;

/// <summary>A driver that is told names; it refuses the name "refused".</summary>
public sealed class NamingDriver(FaultPlan plan) : FakeDriver(plan), IAllocationNames
{
    public List<(ulong Address, ulong Bytes, string Name)> Names { get; } = [];

    public void NameAllocation(ulong address, ulong bytes, string name)
    {
        if (name == "refused")
            throw new FaultPlan.StrictException();
        Names.Add((address, bytes, name));
    }
}
