namespace MolEngine.VirtualGpu.Counters;

/// <summary>What an instruction costs on hardware: which unit executes it.</summary>
public enum InstructionClass
{
    Integer,
    Float32,
    Float64,
    Half,
    Special,
    Conversion,
    Move,
    Compare,
    GlobalLoad,
    GlobalStore,
    SharedLoad,
    SharedStore,
    LocalAccess,
    ParameterLoad,
    AsyncCopy,
    Atomic,
    Matrix,
    MatrixLoad,
    Branch,
    Barrier,
    WarpExchange,
    Other,
}
