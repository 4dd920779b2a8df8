using System.Runtime.Intrinsics;

namespace MolEngine.VirtualGpu.Execution.Lanes;

/// <summary>A comparison with a vector twin.</summary>
internal interface ICompare<T>
{
    static abstract bool Apply(T a, T b);

    /// <returns>All ones in the lanes where it holds.</returns>
    static abstract Vector512<T> Apply(Vector512<T> a, Vector512<T> b);
}
