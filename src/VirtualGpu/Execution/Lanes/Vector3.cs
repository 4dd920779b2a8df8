using System.Numerics;
using System.Runtime.Intrinsics;

namespace MolEngine.VirtualGpu.Execution.Lanes;

/// <summary>d = f(a, b, c), a vector of lanes at a time where the host has vectors.</summary>
internal sealed unsafe class Vector3<T, TOp>(int d, int a, int b, int c) : Operation
    where T : unmanaged
    where TOp : IVector3<T>
{
    public override void Execute(Warp warp, uint mask)
    {
        T* first = (T*)(warp.Registers + a);
        T* second = (T*)(warp.Registers + b);
        T* third = (T*)(warp.Registers + c);
        T* destination = (T*)(warp.Registers + d);
        if (!Vector256.IsHardwareAccelerated)
        {
            for (; mask != 0; mask &= mask - 1)
            {
                int i = BitOperations.TrailingZeroCount(mask);
                destination[i] = TOp.Apply(first[i], second[i], third[i]);
            }
        }
        else if (mask == warp.Live)
        {
            for (int i = 0; i < Warp.Lanes; i += Vector512<T>.Count)
            {
                Vector512<T> result = TOp.Apply(
                    Vector512.Load(first + i), Vector512.Load(second + i), Vector512.Load(third + i));
                result.Store(destination + i);
            }
        }
        else
        {
            for (int i = 0; i < Warp.Lanes; i += Vector512<T>.Count)
            {
                Vector512<T> result = TOp.Apply(
                    Vector512.Load(first + i), Vector512.Load(second + i), Vector512.Load(third + i));
                Vector512<T> lanes = LaneMasks.Expand<T>(mask, i);
                Vector512.ConditionalSelect(lanes, result, Vector512.Load(destination + i)).Store(destination + i);
            }
        }
    }
}
