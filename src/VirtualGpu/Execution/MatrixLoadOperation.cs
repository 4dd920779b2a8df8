using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MolEngine.VirtualGpu.Execution.Lanes;
using MolEngine.VirtualGpu.Execution.Memory;
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
    private const int Rows = HalfMatrix.Rows;

    public override void Execute(Warp warp, uint mask)
    {
        ulong* addresses = warp.Block.Scratch;
        Address.Compute(warp, addresses);
        SharedMemory shared = warp.Block.Shared;
        int rows = Rows * registers.Length;
        uint lanes = rows == Warp.Lanes ? uint.MaxValue : (1u << rows) - 1;
        shared.TouchLanes(this, warp, lanes, addresses, RowBytes, Kind, ShadowRecord.SeveralLanes);
        SharedAccess.Count(warp.Block.Counters, lanes, addresses, RowBytes, Kind);
        ushort** starts = stackalloc ushort*[Rows];
        for (int matrix = 0; matrix < registers.Length; matrix++)
        {
            for (int row = 0; row < Rows; row++)
                starts[row] = (ushort*)(shared.Data + addresses[(matrix * Rows) + row]);
            Exchange(warp.Words(registers[matrix]), starts);
        }
    }

    protected override void Move(Warp warp, uint mask, byte** pointers) =>
        throw new InvalidOperationException();

    [SkipLocalsInit]
    private void Exchange(uint* register, ushort** rows)
    {
        if (!transposed)
        {
            // Four lanes have a row.
            for (int g = 0; g < Rows; g++, register += 4)
            {
                if (stores)
                    *(Vector128<uint>*)rows[g] = *(Vector128<uint>*)register;
                else
                    *(Vector128<uint>*)register = *(Vector128<uint>*)rows[g];
            }

            return;
        }

        if (!stores)
        {
            HalfMatrix.Transpose(rows, (ushort*)register);
            return;
        }

        ushort* matrix = stackalloc ushort[Rows * Rows];
        ushort** columns = stackalloc ushort*[Rows];
        for (int g = 0; g < Rows; g++)
            columns[g] = (ushort*)register + (g * Rows);
        HalfMatrix.Transpose(columns, matrix);
        for (int g = 0; g < Rows; g++)
            *(Vector128<ushort>*)rows[g] = *(Vector128<ushort>*)(matrix + (g * Rows));
    }
}
