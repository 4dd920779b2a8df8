using System.Numerics;
using MolEngine.VirtualGpu.Faults;

namespace MolEngine.VirtualGpu.Execution.Memory;

/// <summary>Finds kernel parameters, by name or by an address computed from one.</summary>
internal static unsafe class ParameterAccess
{
    public static void Resolve(MemoryOperation at, Warp warp, uint mask, ulong* addresses, byte** pointers)
    {
        BlockRunner block = warp.Block;
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            ulong offset = addresses[lane];
            if (offset >= (ulong)block.Program.ParameterBytes
                || (ulong)block.Program.ParameterBytes - offset < (ulong)at.Bytes)
            {
                throw warp.Fault(
                    at, FaultKind.OutOfBounds, lane,
                    $"{at.Bytes} bytes of parameters at offset {(long)offset}: the kernel has "
                    + $"{block.Program.ParameterBytes} bytes");
            }

            if ((offset & (ulong)(at.Bytes - 1)) != 0)
            {
                throw warp.Fault(
                    at, FaultKind.Misaligned, lane,
                    $"{at.Bytes} bytes of parameters at offset {offset}: expected a multiple of {at.Bytes}");
            }

            pointers[lane] = block.Parameters + offset;
        }
    }
}
