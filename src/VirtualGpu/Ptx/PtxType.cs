namespace MolEngine.VirtualGpu.Ptx;

/// <summary>PTX's fundamental types and the alternate float formats of instructions.</summary>
internal enum PtxType
{
    Pred,
    B8,
    U8,
    S8,
    B16,
    U16,
    S16,
    F16,
    BF16,
    B32,
    U32,
    S32,
    F32,
    F16x2,
    BF16x2,
    TF32,
    B64,
    U64,
    S64,
    F64,
}
