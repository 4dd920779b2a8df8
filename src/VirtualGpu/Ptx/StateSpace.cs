namespace MolEngine.VirtualGpu.Ptx;

internal enum StateSpace
{
    Generic,
    Param,
    Const,
    Global,
    Shared,
    Local,
}
