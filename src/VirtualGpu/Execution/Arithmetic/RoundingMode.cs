namespace MolEngine.VirtualGpu.Execution.Arithmetic;

/// <summary>PTX's .rn, .rz, .rm, .rp and .rna.</summary>
internal enum RoundingMode
{
    NearestEven,
    TowardZero,
    Down,
    Up,
    NearestAway,
}
