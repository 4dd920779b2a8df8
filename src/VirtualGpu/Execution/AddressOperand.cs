using System.Runtime.Intrinsics;

namespace MolEngine.VirtualGpu.Execution;

/// <summary>[register + offset].</summary>
/// <param name="Register">Offset in the register file.</param>
/// <param name="IsWide">64 bits; a narrow one is an unsigned 32-bit address.</param>
internal readonly unsafe record struct AddressOperand(int Register, bool IsWide, long Offset)
{
    /// <summary>The addresses of all lanes.</summary>
    public void Compute(Warp warp, ulong* addresses)
    {
        Vector512<ulong> offset = Vector512.Create((ulong)Offset);
        byte* source = warp.Registers + Register;
        for (int lane = 0; lane < Warp.Lanes; lane += Vector512<ulong>.Count)
        {
            Vector512<ulong> register;
            if (IsWide)
            {
                register = Vector512.Load((ulong*)source + lane);
            }
            else
            {
                (Vector256<ulong> lower, Vector256<ulong> upper) = Vector256.Widen(
                    Vector256.Load((uint*)source + lane));
                register = Vector512.Create(lower, upper);
            }

            (register + offset).Store(addresses + lane);
        }
    }
}
