using System.Numerics;
using MolEngine.VirtualGpu.Faults;
using MolEngine.VirtualGpu.Memory;

namespace MolEngine.VirtualGpu.Execution.Memory;

/// <summary>Checks and counts a warp's request to local memory, and finds the host's pointers.</summary>
internal static unsafe class LocalAccess
{
    public static void Resolve(MemoryOperation at, Warp warp, uint mask, ulong* addresses, byte** pointers)
    {
        LocalMemory local = warp.Block.Local;
        int bytes = at.Bytes;
        warp.Block.Counters.LocalBytes += (long)BitOperations.PopCount(mask) * bytes;
        for (; mask != 0; mask &= mask - 1)
        {
            int lane = BitOperations.TrailingZeroCount(mask);
            ulong offset = addresses[lane];
            if (offset >= (ulong)local.Bytes || (ulong)local.Bytes - offset < (ulong)bytes)
            {
                throw Fault(
                    at, warp, lane, offset, FaultKind.OutOfBounds,
                    $"{bytes} bytes of local memory at offset {(long)offset}: a thread has {local.Bytes} bytes");
            }

            if ((offset & (ulong)(bytes - 1)) != 0)
            {
                throw Fault(
                    at, warp, lane, offset, FaultKind.Misaligned,
                    $"{bytes} bytes of local memory at offset {offset}: expected a multiple of {bytes}");
            }

            int thread = (warp.Index * Warp.Lanes) + lane;
            var written = new Span<byte>(local.Written(thread) + offset, bytes);
            if (at.Kind == AccessKind.Write)
            {
                written.Fill(255);
            }
            else if (written.ContainsAnyExcept((byte)255))
            {
                throw Fault(
                    at, warp, lane, offset, FaultKind.Uninitialised,
                    $"read of {bytes} bytes of local memory at offset {offset}, which nothing has written");
            }

            pointers[lane] = local.Data(thread) + offset;
        }
    }

    private static VirtualGpuFault Fault(Operation at, Warp warp, int lane, ulong offset, FaultKind kind,
        string what) =>
        warp.Block.Launch.Fault(
            at, kind, warp.Block.BlockIndex, (warp.Index * Warp.Lanes) + lane, what, null, offset, "local memory");
}
