using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MolEngine.Kernels.Cpu.Simd;

namespace MolEngine.Kernels.Cpu.Gemm;

/// <summary>
/// Square blocks turned over in registers, one vector a row; the branch on the width folds away in the JIT.
/// </summary>
internal static unsafe class Transpose<S, V>
    where S : struct, ISimd<V>
    where V : unmanaged
{
    /// <summary>
    /// to[k * stepTo + i] = from[i * stepFrom + k] for k and i below S.Count; rows i from <paramref name="rows"/> on
    /// read as zeros and are not touched in <paramref name="from"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Block(float* from, nint stepFrom, int rows, float* to, nint stepTo)
    {
        if (typeof(V) == typeof(Vector512<float>))
            Transpose512.Block(from, stepFrom, rows, to, stepTo);
        else if (typeof(V) == typeof(Vector256<float>))
            Transpose256.Block(from, stepFrom, rows, to, stepTo);
        else
            *to = rows > 0 ? *from : 0;
    }

    /// <summary>Transposes bf16 as <see cref="Block"/> does fp32, for k below 2 * S.Count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void BlockBf16(ushort* from, nint stepFrom, int rows, float* to, nint stepTo)
    {
        if (typeof(V) == typeof(Vector512<float>))
        {
            Transpose512.BlockBf16(from, stepFrom, rows, to, stepTo);
        }
        else if (typeof(V) == typeof(Vector256<float>))
        {
            Transpose256.BlockBf16(from, stepFrom, rows, to, stepTo);
        }
        else
        {
            to[0] = rows > 0 ? ScalarSimd.LoadBf16(from) : 0;
            to[stepTo] = rows > 0 ? ScalarSimd.LoadBf16(from + 1) : 0;
        }
    }
}
