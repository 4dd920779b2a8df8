namespace MolEngine.VirtualGpu.Execution;

internal enum AtomicKind
{
    Add,
    Min,
    Max,
    And,
    Or,
    Xor,
    Exch,
    Cas,
    Inc,
    Dec,
}
