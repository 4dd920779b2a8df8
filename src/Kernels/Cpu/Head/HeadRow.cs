using System.Runtime.CompilerServices;
using MolEngine.Kernels.Cpu.Simd;

namespace MolEngine.Kernels.Cpu.Head;

/// <summary>
/// Vector passes over one token's logits in a tile. Rows are padded to whole vectors with -infinity, so there is no
/// remainder. Exponentials are taken as 2^(n - unit) e^r with z = n ln 2 + r: the unit only moves the exponent, so that
/// the bits of a sum do not depend on which maximum it was taken against (base and student sum the same tail alike).
/// </summary>
internal static unsafe class HeadRow<S, V>
    where S : struct, ISimd<V>
    where V : unmanaged
{
    /// <summary>Vectors that are summed in fp32 before the sum goes on in float64.</summary>
    private const int Chunk = 16;

    /// <summary>The largest element; NaN where there is one.</summary>
    public static float Max(float* z, int count)
    {
        V max = S.Broadcast(float.NegativeInfinity);
        for (int i = 0; i < count; i += S.Count)
            max = S.Max(max, S.Load(z + i));
        return S.MaxAcross(max);
    }

    /// <summary>z = e^z / 2^unit in place. Returns the sum.</summary>
    public static double ExpInPlace(float* z, int count, int unit)
    {
        double sum = 0;
        for (int start = 0; start < count; start += Chunk * S.Count)
        {
            int end = Math.Min(count, start + Chunk * S.Count);
            V even = S.Zero, odd = S.Zero;
            int i = start;
            for (; i + 2 * S.Count <= end; i += 2 * S.Count)
            {
                V a = Exp(S.Load(z + i), unit), b = Exp(S.Load(z + i + S.Count), unit);
                S.Store(z + i, a);
                S.Store(z + i + S.Count, b);
                even = S.Add(even, a);
                odd = S.Add(odd, b);
            }

            if (i < end)
            {
                V a = Exp(S.Load(z + i), unit);
                S.Store(z + i, a);
                even = S.Add(even, a);
            }

            sum += S.Sum(S.Add(even, odd));
        }

        return sum;
    }

    /// <summary>z = factor e^z / 2^unit in place.</summary>
    public static void ScaledExpInPlace(float* z, int count, int unit, float factor)
    {
        V f = S.Broadcast(factor);
        for (int i = 0; i < count; i += S.Count)
            S.Store(z + i, S.Multiply(f, Exp(S.Load(z + i), unit)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Exp(V z, int unit) => SimdMath.ExpInUnits<S, V>(z, unit);
}
