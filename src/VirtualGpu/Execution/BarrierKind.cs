namespace MolEngine.VirtualGpu.Execution;

internal enum BarrierKind
{
    Sync,
    Arrive,
    Popc,
    And,
    Or,
}
