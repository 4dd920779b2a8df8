namespace MolEngine.VirtualGpu.Execution.Arithmetic;

/// <summary>What the general conversion reads and writes.</summary>
internal enum NumberKind
{
    U8,
    S8,
    U16,
    S16,
    U32,
    S32,
    U64,
    S64,
    F16,
    BF16,
    F32,
    F64,
}
