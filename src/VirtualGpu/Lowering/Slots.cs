using MolEngine.VirtualGpu.Execution;
using MolEngine.VirtualGpu.Ptx;

namespace MolEngine.VirtualGpu.Lowering;

/// <summary>
/// Places in a warp's register file: allocated registers first, then immediates and special registers.
/// </summary>
internal sealed class Slots(RegisterAllocation allocation)
{
    private const int Narrow = Warp.Lanes * 4;
    private const int Wide = Warp.Lanes * 8;

    private readonly Dictionary<(bool IsWide, ulong Bits), int> _immediates = [];
    private readonly Dictionary<string, int> _specials = [];

    public RegisterConstants Constants { get; } = new();

    /// <summary>Bytes in use.</summary>
    public int Bytes { get; private set; } = allocation.Bytes;

    public int Register(PtxRegister register) => allocation.Offset(register);

    /// <summary>A constant in all lanes.</summary>
    public int Immediate(ulong bits, bool isWide)
    {
        if (_immediates.TryGetValue((isWide, bits), out int offset))
            return offset;
        offset = Take(isWide ? Wide : Narrow);
        _immediates[(isWide, bits)] = offset;
        Constants.AddImmediate(offset, isWide, bits);
        return offset;
    }

    public int Special(string name)
    {
        if (_specials.TryGetValue(name, out int offset))
            return offset;
        offset = Take(Narrow);
        _specials[name] = offset;
        Constants.AddSpecial(offset, name);
        return offset;
    }

    /// <summary>A place of its own for one instruction's predicate.</summary>
    public int Temporary() => Take(4);

    private int Take(int bytes)
    {
        int offset = (Bytes + 63) & ~63;
        Bytes = offset + bytes;
        return offset;
    }
}
