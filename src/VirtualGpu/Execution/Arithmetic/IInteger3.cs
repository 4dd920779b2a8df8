using System.Numerics;

namespace MolEngine.VirtualGpu.Execution.Arithmetic;

/// <summary>A function of three integers, for every width and signedness.</summary>
internal interface IInteger3
{
    static abstract T Apply<T>(T a, T b, T c)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>;
}
