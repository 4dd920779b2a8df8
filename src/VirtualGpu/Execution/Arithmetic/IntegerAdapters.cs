using System.Numerics;
using System.Runtime.Intrinsics;
using MolEngine.VirtualGpu.Execution.Lanes;

namespace MolEngine.VirtualGpu.Execution.Arithmetic;

/// <summary>
/// Makes lane functions of integer functions. 16-bit registers lie zero-extended in 32-bit lanes: they are cut to the
/// type, and the result is extended again.
/// </summary>
internal static class IntegerAdapters
{
    public readonly struct Narrow1<T, TF> : ILanes1<uint, uint>
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        where TF : IInteger1
    {
        public static uint Apply(uint a) => Extend(TF.Apply(T.CreateTruncating(a)));
    }

    public readonly struct Narrow2<T, TF> : ILanes2<uint, uint, uint>
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        where TF : IInteger2
    {
        public static uint Apply(uint a, uint b) => Extend(TF.Apply(T.CreateTruncating(a), T.CreateTruncating(b)));
    }

    public readonly struct Narrow3<T, TF> : ILanes3<uint, uint, uint, uint>
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        where TF : IInteger3
    {
        public static uint Apply(uint a, uint b, uint c) =>
            Extend(TF.Apply(T.CreateTruncating(a), T.CreateTruncating(b), T.CreateTruncating(c)));
    }

    public readonly struct Full1<T, TF> : ILanes1<T, T>
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        where TF : IInteger1
    {
        public static T Apply(T a) => TF.Apply(a);
    }

    public readonly struct Full2<T, TF> : ILanes2<T, T, T>
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        where TF : IInteger2
    {
        public static T Apply(T a, T b) => TF.Apply(a, b);
    }

    public readonly struct Full3<T, TF> : ILanes3<T, T, T, T>
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        where TF : IInteger3
    {
        public static T Apply(T a, T b, T c) => TF.Apply(a, b, c);
    }

    public readonly struct FullVector2<T, TF> : IVector2<T>
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        where TF : IIntegerVector2
    {
        public static T Apply(T a, T b) => TF.Apply(a, b);

        public static Vector512<T> Apply(Vector512<T> a, Vector512<T> b) => TF.Apply(a, b);
    }

    private static uint Extend<T>(T value)
        where T : IBinaryInteger<T> => uint.CreateTruncating(value) & 0xFFFF;
}
