namespace MolEngine.VirtualGpu.Ptx;

internal abstract record PtxOperand
{
    /// <param name="Negated">Written with '!': a predicate's complement.</param>
    public sealed record Register(PtxRegister Value, bool Negated) : PtxOperand;

    /// <summary>%tid.x and its like.</summary>
    public sealed record Special(string Name) : PtxOperand;

    /// <summary>The sink '_'.</summary>
    public sealed record Sink : PtxOperand;

    /// <param name="Bits">An integer in two's complement, or the bits of a float.</param>
    /// <param name="Float">F32 or F64 for a float; null for an integer.</param>
    public sealed record Immediate(ulong Bits, PtxType? Float) : PtxOperand;

    /// <summary>A label, a variable or a parameter, with an offset in bytes.</summary>
    public sealed record Symbol(string Name, long Offset) : PtxOperand;

    /// <summary>[base + offset]: the base is a register, a symbol or an immediate.</summary>
    public sealed record Address(PtxOperand Base, long Offset) : PtxOperand;

    public sealed record Vector(IReadOnlyList<PtxOperand> Elements) : PtxOperand;

    /// <summary>d|p: a value and a predicate.</summary>
    public sealed record Pair(PtxOperand First, PtxOperand Second) : PtxOperand;
}
