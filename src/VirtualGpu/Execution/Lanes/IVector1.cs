using System.Runtime.Intrinsics;

namespace MolEngine.VirtualGpu.Execution.Lanes;

/// <summary>A lane function with a vector twin that gives the same bits.</summary>
internal interface IVector1<T> : ILanes1<T, T>
{
    static abstract Vector512<T> Apply(Vector512<T> a);
}
