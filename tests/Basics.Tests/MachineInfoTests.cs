namespace MolEngine.Basics.Tests;

public sealed class MachineInfoTests
{
    [Fact]
    public void The_machine_is_known()
    {
        MachineInfo machine = MachineInfo.Read();
        Assert.NotEmpty(machine.Processor);
        Assert.InRange(machine.AvailableMemory, 1 << 20, machine.TotalMemory);
    }
}
