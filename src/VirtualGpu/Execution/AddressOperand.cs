namespace MolEngine.VirtualGpu.Execution;

/// <summary>[register + offset].</summary>
/// <param name="Register">Offset in the register file.</param>
/// <param name="IsWide">64 bits; a narrow one is an unsigned 32-bit address.</param>
internal readonly unsafe record struct AddressOperand(int Register, bool IsWide, long Offset)
{
    /// <summary>The addresses of all lanes.</summary>
    public void Compute(Warp warp, ulong* addresses)
    {
        if (IsWide)
        {
            ulong* source = (ulong*)(warp.Registers + Register);
            for (int lane = 0; lane < Warp.Lanes; lane++)
                addresses[lane] = source[lane] + (ulong)Offset;
        }
        else
        {
            uint* source = (uint*)(warp.Registers + Register);
            for (int lane = 0; lane < Warp.Lanes; lane++)
                addresses[lane] = source[lane] + (ulong)Offset;
        }
    }
}
