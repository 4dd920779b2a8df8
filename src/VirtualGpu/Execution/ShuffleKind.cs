namespace MolEngine.VirtualGpu.Execution;

internal enum ShuffleKind
{
    Up,
    Down,
    Bfly,
    Idx,
}
