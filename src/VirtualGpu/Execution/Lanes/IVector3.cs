using System.Runtime.Intrinsics;

namespace MolEngine.VirtualGpu.Execution.Lanes;

/// <summary>A lane function with a vector twin that gives the same bits.</summary>
internal interface IVector3<T> : ILanes3<T, T, T, T>
{
    static abstract Vector512<T> Apply(Vector512<T> a, Vector512<T> b, Vector512<T> c);
}
