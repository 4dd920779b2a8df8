using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Cpu.Threading;
using MolEngine.Kernels.Device;

namespace MolEngine.Kernels.Cpu.Gemm;

/// <summary>
/// C[M, N] (=|+=) A B in fp32 with fused multiply-adds. A is stored [M, K], or [K, M] where ATransposed; B is stored [N, K] (a linear
/// layer's weight), or [K, N] where BRowsAreK; B may be bf16, widened while packing. Strides in elements.
/// An element of C is a sum over k whose order depends on K alone: not on M, N, its place, or the number of threads.
/// </summary>
internal unsafe struct GemmArguments
{
    public int M, N, K;
    public float* A;
    public nint StrideA;
    public bool ATransposed;
    public void* B;
    public nint StrideB;
    public bool BRowsAreK;
    public DType BType;
    public float* C;
    public nint StrideC;
    public bool Accumulate;
}

/// <summary>Matrix products of the CPU backend at one vector width.</summary>
internal static unsafe class Gemm<S, V>
    where S : struct, ISimd<V>
    where V : unmanaged
{
    /// <summary>The product on all workers of the pool.</summary>
    public static void Run(WorkerPool pool, Scratch scratch, in GemmArguments arguments)
    {
        GemmArguments g = arguments;
        pool.For(g.M, (i, _) => Row(g, i));
    }

    /// <summary>
    /// Floats of workspace that <see cref="RunSingle"/> needs for such a product.
    /// </summary>
    public static long SingleWorkspace(int m, int n, int k) => 0;

    /// <summary>A small product on the calling thread: for ops that divide the work above it (attention blocks).</summary>
    public static void RunSingle(in GemmArguments arguments, float* workspace)
    {
        for (int i = 0; i < arguments.M; i++)
            Row(arguments, i);
    }

    private static void Row(in GemmArguments g, int i)
    {
        for (int j = 0; j < g.N; j++)
        {
            float sum = 0;
            for (int k = 0; k < g.K; k++)
            {
                float a = g.ATransposed ? g.A[k * g.StrideA + i] : g.A[i * g.StrideA + k];
                nint at = g.BRowsAreK ? k * g.StrideB + j : j * g.StrideB + k;
                float b = g.BType == DType.BF16 ? ScalarSimd.LoadBf16((ushort*)g.B + at) : ((float*)g.B)[at];
                sum = MathF.FusedMultiplyAdd(a, b, sum);
            }

            float* c = g.C + i * g.StrideC + j;
            *c = g.Accumulate ? *c + sum : sum;
        }
    }
}
