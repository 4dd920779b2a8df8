using System.Runtime.Intrinsics;

namespace MolEngine.VirtualGpu.Execution.Arithmetic;

/// <summary>One that vectors of the host can do, too.</summary>
internal interface IIntegerVector2 : IInteger2
{
    static abstract Vector512<T> Apply<T>(Vector512<T> a, Vector512<T> b);
}
