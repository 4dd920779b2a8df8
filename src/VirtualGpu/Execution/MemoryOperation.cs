using System.Numerics;
using MolEngine.VirtualGpu.Execution.Memory;
using MolEngine.VirtualGpu.Memory;
using MolEngine.VirtualGpu.Ptx;

namespace MolEngine.VirtualGpu.Execution;

/// <summary>
/// An instruction that touches memory. Every lane's address is checked and counted first; then the bytes move through
/// the host's pointers.
/// </summary>
internal abstract unsafe class MemoryOperation(AddressOperand address, StateSpace space, int bytes, AccessKind kind)
    : Operation
{
    /// <summary>Bytes of a lane.</summary>
    public int Bytes => bytes;

    public AccessKind Kind => kind;

    protected AddressOperand Address => address;

    /// <summary>Whether it may touch shared memory.</summary>
    public bool MayBeShared => space is StateSpace.Shared or StateSpace.Generic;

    /// <summary>Whether it may touch global memory.</summary>
    public virtual bool MayBeGlobal => space is StateSpace.Global or StateSpace.Generic;

    public override void Execute(Warp warp, uint mask)
    {
        ulong* addresses = warp.Block.Scratch;
        address.Compute(warp, addresses);
        if (space == StateSpace.Generic)
            Generic(warp, mask, addresses);
        else
            In(warp, mask, addresses, space);
    }

    /// <summary>Moves the bytes of the lanes.</summary>
    /// <param name="pointers">Pointers of each lane in the mask.</param>
    protected abstract void Move(Warp warp, uint mask, byte** pointers);

    /// <summary>Moves as <see cref="Move"/> does, where all 32 lanes' bytes follow each other.</summary>
    protected virtual void MoveContiguous(Warp warp, byte* start, byte** pointers)
    {
        for (int lane = 0; lane < Warp.Lanes; lane++)
            pointers[lane] = start + (lane * bytes);
        Move(warp, uint.MaxValue, pointers);
    }

    private void Generic(Warp warp, uint mask, ulong* addresses)
    {
        uint shared = 0, local = 0;
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            if (addresses[lane] - DeviceMemory.SharedWindow < DeviceMemory.WindowBytes)
            {
                shared |= 1u << lane;
                addresses[lane] -= DeviceMemory.SharedWindow;
            }
            else if (addresses[lane] - DeviceMemory.LocalWindow < DeviceMemory.WindowBytes)
            {
                local |= 1u << lane;
                addresses[lane] -= DeviceMemory.LocalWindow;
            }
        }

        uint global = mask & ~(shared | local);
        if (global != 0)
            In(warp, global, addresses, StateSpace.Global);
        if (shared != 0)
            In(warp, shared, addresses, StateSpace.Shared);
        if (local != 0)
            In(warp, local, addresses, StateSpace.Local);
    }

    private void In(Warp warp, uint mask, ulong* addresses, StateSpace where)
    {
        byte** pointers = (byte**)(addresses + Warp.Lanes);
        byte* start = null;
        switch (where)
        {
            case StateSpace.Global or StateSpace.Const:
                start = GlobalAccess.Resolve(this, warp, mask, addresses, pointers);
                break;
            case StateSpace.Shared:
                start = SharedAccess.Resolve(this, warp, mask, addresses, pointers);
                break;
            case StateSpace.Local:
                LocalAccess.Resolve(this, warp, mask, addresses, pointers);
                break;
            default:
                ParameterAccess.Resolve(this, warp, mask, addresses, pointers);
                break;
        }

        if (start != null)
            MoveContiguous(warp, start, pointers);
        else
            Move(warp, mask, pointers);
    }
}
