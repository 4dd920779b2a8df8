namespace MolEngine.VirtualGpu.Execution;

internal enum WarpStatus
{
    Ready,
    AtBarrier,
    Done,
}
