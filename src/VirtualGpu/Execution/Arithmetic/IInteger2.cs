using System.Numerics;

namespace MolEngine.VirtualGpu.Execution.Arithmetic;

/// <summary>A function of two integers, for every width and signedness.</summary>
internal interface IInteger2
{
    static abstract T Apply<T>(T a, T b)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>;
}
