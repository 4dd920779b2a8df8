using System.Numerics;

namespace MolEngine.VirtualGpu.Execution.Arithmetic;

/// <summary>A function of one integer, for every width and signedness.</summary>
internal interface IInteger1
{
    static abstract T Apply<T>(T a)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>;
}
