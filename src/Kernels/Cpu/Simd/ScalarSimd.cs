using System.Runtime.Intrinsics;

namespace MolEngine.Kernels.Cpu.Simd;

/// <summary>One float to a "vector": the same kernels, without SIMD.</summary>
internal readonly unsafe struct ScalarSimd : ISimd<float>
{
    public static int Count => 1;

    public static float Zero => 0;

    public static float Broadcast(float x) => x;

    public static float Load(float* p) => *p;

    public static void Store(float* p, float v) => *p = v;

    public static float LoadBf16(ushort* p) => BitConverter.UInt32BitsToSingle((uint)*p << 16);

    public static float LoadBf16Even(ushort* p) => LoadBf16(p);

    public static float LoadBf16Odd(ushort* p) => LoadBf16(p + 1);

    public static void Deinterleave(float a, float b, out float even, out float odd) => (even, odd) = (a, b);

    public static float Add(float a, float b) => a + b;

    public static float Subtract(float a, float b) => a - b;

    public static float Multiply(float a, float b) => a * b;

    public static float Divide(float a, float b) => a / b;

    public static float FusedMultiplyAdd(float a, float b, float c) => MathF.FusedMultiplyAdd(a, b, c);

    public static float Max(float a, float b) => MathF.Max(a, b);

    public static float Min(float a, float b) => MathF.Min(a, b);

    public static float SquareRoot(float a) => MathF.Sqrt(a);

    public static float Round(float a) => MathF.Round(a, MidpointRounding.ToEven);

    public static float PowerOfTwo(float n) => BitConverter.Int32BitsToSingle(((int)n + 127) << 23);

    public static float SelectGreater(float a, float b, float x, float y) => a > b ? x : y;

    public static uint GreaterMask(float a, float b) => a > b ? 1u : 0u;

    public static float Sum(float v) => v;

    public static Vector128<float> Sums(float a, float b, float c, float d) => Vector128.Create(a, b, c, d);

    public static float MaxAcross(float v) => v;
}
