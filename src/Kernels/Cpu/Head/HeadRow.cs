using System.Runtime.CompilerServices;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Device;

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

    /// <summary>x *= factor. Any count.</summary>
    public static void Scale(float* x, int count, float factor)
    {
        V f = S.Broadcast(factor);
        int i = 0;
        for (; i + S.Count <= count; i += S.Count)
            S.Store(x + i, S.Multiply(f, S.Load(x + i)));
        for (; i < count; i++)
            x[i] *= factor;
    }

    /// <summary>y += factor x for a row x of a weight, fp32 or bf16. Any count.</summary>
    public static void AddScaled(float* y, void* x, DType type, int count, float factor)
    {
        V f = S.Broadcast(factor);
        bool narrow = type == DType.BF16;
        int i = 0;
        for (; i + S.Count <= count; i += S.Count)
        {
            V w = narrow ? S.LoadBf16((ushort*)x + i) : S.Load((float*)x + i);
            S.Store(y + i, S.FusedMultiplyAdd(f, w, S.Load(y + i)));
        }

        for (; i < count; i++)
        {
            float w = narrow ? ScalarSimd.LoadBf16((ushort*)x + i) : ((float*)x)[i];
            y[i] = MathF.FusedMultiplyAdd(factor, w, y[i]);
        }
    }

    /// <summary>
    /// e^z / 2^unit by the polynomial of <see cref="SimdMath.Exp{S, V}"/>; what lies more than 2^125 below the unit is
    /// taken as 2^-125 of it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Exp(V z, int unit)
    {
        V lowest = S.Broadcast((unit - 125) * 0.69314718f);
        z = S.SelectGreater(z, lowest, z, lowest);
        V n = S.Round(S.Multiply(z, S.Broadcast(1.44269504f)));
        V r = S.FusedMultiplyAdd(n, S.Broadcast(-0.693359375f), z);
        r = S.FusedMultiplyAdd(n, S.Broadcast(2.12194440e-4f), r);
        V p = S.Broadcast(1.9875691500e-4f);
        p = S.FusedMultiplyAdd(p, r, S.Broadcast(1.3981999507e-3f));
        p = S.FusedMultiplyAdd(p, r, S.Broadcast(8.3334519073e-3f));
        p = S.FusedMultiplyAdd(p, r, S.Broadcast(4.1665795894e-2f));
        p = S.FusedMultiplyAdd(p, r, S.Broadcast(1.6666665459e-1f));
        p = S.FusedMultiplyAdd(p, r, S.Broadcast(5.0000001201e-1f));
        p = S.Add(S.FusedMultiplyAdd(S.Multiply(p, r), r, r), S.Broadcast(1));
        return S.Multiply(p, S.PowerOfTwo(S.Subtract(n, S.Broadcast(unit))));
    }
}
