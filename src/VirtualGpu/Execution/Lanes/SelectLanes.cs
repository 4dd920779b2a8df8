using System.Runtime.Intrinsics;

namespace MolEngine.VirtualGpu.Execution.Lanes;

/// <summary>selp: a where the predicate holds, else b.</summary>
internal sealed unsafe class SelectLanes<T>(int d, int a, int b, int predicate, uint flip) : Operation
    where T : unmanaged
{
    public override void Execute(Warp warp, uint mask)
    {
        T* left = (T*)(warp.Registers + a);
        T* right = (T*)(warp.Registers + b);
        T* destination = (T*)(warp.Registers + d);
        uint holds = warp.Predicate(predicate) ^ flip;
        for (int i = 0; i < Warp.Lanes; i += Vector512<T>.Count)
        {
            Vector512<T> chosen = Vector512.ConditionalSelect(
                LaneMasks.Expand<T>(holds, i), Vector512.Load(left + i), Vector512.Load(right + i));
            Vector512.ConditionalSelect(LaneMasks.Expand<T>(mask, i), chosen, Vector512.Load(destination + i))
                .Store(destination + i);
        }
    }
}
