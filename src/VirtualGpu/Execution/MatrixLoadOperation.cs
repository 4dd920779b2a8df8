using MolEngine.VirtualGpu.Memory;

namespace MolEngine.VirtualGpu.Execution;

/// <summary>
/// ldmatrix and stmatrix of 8x8 matrices of 16 bits. Lane 8i + r has the address of row r of matrix i; lane 4g + t has
/// elements (g, 2t) and (g, 2t + 1), or (2t, g) and (2t + 1, g) where transposed, of matrix i in register i.
/// </summary>
internal sealed unsafe class MatrixLoadOperation(AddressOperand address, int[] registers, bool transposed, bool stores)
    : MemoryOperation(address, Ptx.StateSpace.Shared, RowBytes, stores ? AccessKind.Write : AccessKind.Read)
{
    private const int RowBytes = 16;
    private const int Rows = 8;

    public override void Execute(Warp warp, uint mask)
    {
        ulong* addresses = warp.Block.Scratch;
        Address.Compute(warp, addresses);
        SharedMemory shared = warp.Block.Shared;
        int rows = Rows * registers.Length;
        for (int row = 0; row < rows; row++)
            shared.Touch(this, warp, row, addresses[row], RowBytes, Kind, ShadowRecord.SeveralLanes);
        uint lanes = rows == Warp.Lanes ? uint.MaxValue : (1u << rows) - 1;
        SharedAccess.Count(warp.Block.Counters, lanes, addresses, RowBytes, Kind);
        ushort** starts = stackalloc ushort*[Rows];
        for (int matrix = 0; matrix < registers.Length; matrix++)
        {
            for (int row = 0; row < Rows; row++)
                starts[row] = (ushort*)(shared.Data + addresses[(matrix * Rows) + row]);
            Exchange(warp.Words(registers[matrix]), starts);
        }
    }

    protected override void Move(Warp warp, uint mask, byte** pointers, Ptx.StateSpace space) =>
        throw new InvalidOperationException();

    private void Exchange(uint* register, ushort** rows)
    {
        for (int lane = 0; lane < Warp.Lanes; lane++)
        {
            int g = lane >> 2, t = lane & 3;
            ref ushort low = ref transposed ? ref rows[2 * t][g] : ref rows[g][2 * t];
            ref ushort high = ref transposed ? ref rows[(2 * t) + 1][g] : ref rows[g][(2 * t) + 1];
            if (stores)
                (low, high) = ((ushort)register[lane], (ushort)(register[lane] >> 16));
            else
                register[lane] = ((uint)high << 16) | low;
        }
    }
}
