using System.Runtime.CompilerServices;

namespace MolEngine.Kernels.Cpu.Simd;

/// <summary>How weights are stored, as a type, so that loops over them are compiled once for each.</summary>
internal unsafe interface IWeightType
{
    /// <summary>Bytes of a weight.</summary>
    static abstract int Size { get; }

    /// <summary>A vector of weights from <paramref name="p"/> on, widened to fp32.</summary>
    static abstract V Load<S, V>(byte* p)
        where S : struct, ISimd<V>
        where V : unmanaged;
}

internal readonly unsafe struct F32Weights : IWeightType
{
    public static int Size => sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<S, V>(byte* p)
        where S : struct, ISimd<V>
        where V : unmanaged => S.Load((float*)p);
}

internal readonly unsafe struct Bf16Weights : IWeightType
{
    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<S, V>(byte* p)
        where S : struct, ISimd<V>
        where V : unmanaged => S.LoadBf16((ushort*)p);
}
