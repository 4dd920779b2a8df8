using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Cpu.Threading;

namespace MolEngine.Kernels.Cpu.Gemm;

/// <summary>
/// Matrix products of the CPU backend at one vector width: packed panels, a register-blocked kernel of each
/// <see cref="ProductKind"/>, blocks of k cut by K alone (<see cref="KBlocks"/>). All widths give the same bits.
/// </summary>
internal static unsafe class Gemm<S, V>
    where S : struct, ISimd<V>
    where V : unmanaged
{
    /// <summary>
    /// Most floats of packed A held at once (32 MB); taller products are done in slices of rows, at least
    /// <see cref="FewestRows"/>.
    /// </summary>
    private const int PackedFloats = 8 * 1024 * 1024;

    private const int FewestRows = 560;

    /// <summary>By <see cref="ProductKind"/>.</summary>
    private static readonly ProductWay[] Ways =
    [
        new ProductWay<F32Product<S, V>>(), new ProductWay<RoundedProduct<S, V>>(),
        new ProductWay<Bf16Product<PairKernel>>(), new ProductWay<Bf16Product<AmxKernel>>(),
    ];

    /// <summary>The product on all workers of the pool. Uses the scratch buffers "gemm.a" and "gemm.b".</summary>
    public static void Run(WorkerPool pool, Scratch scratch, in GemmArguments arguments)
    {
        if (IsEmpty(arguments))
            return;
        if (FewRows<S, V>.Fits(arguments))
        {
            FewRows<S, V>.Run(pool, scratch, arguments);
            return;
        }

        int slice = Math.Max(FewestRows, PackedFloats / arguments.K);
        for (int row = 0; row < arguments.M; row += slice)
        {
            GemmArguments g = arguments;
            g.M = Math.Min(slice, arguments.M - row);
            g.A += arguments.ATransposed ? row : row * arguments.StrideA;
            g.C += row * arguments.StrideC;
            Ways[(int)g.Kind].Run(pool, scratch, g);
        }
    }

    /// <summary>
    /// Floats of workspace that <see cref="RunSingle"/> needs for a product of these sizes or, in any of them, smaller
    /// ones: it grows with every size, as <see cref="KBlocks.LargestUpTo"/> does (the blocks of k themselves do not).
    /// </summary>
    public static long SingleWorkspace(ProductKind kind, int m, int n, int k) =>
        m == 0 || n == 0 || k == 0 ? 0 : Ways[(int)kind].SingleWorkspace(n, k);

    /// <summary>
    /// A small product on the calling thread, for ops that divide the work above it (attention blocks): the whole of B,
    /// a block of k at a time, is packed into the workspace. Same sums as <see cref="Run"/>.
    /// </summary>
    public static void RunSingle(in GemmArguments arguments, float* workspace)
    {
        if (!IsEmpty(arguments))
            Ways[(int)arguments.Kind].RunSingle(arguments, workspace);
    }

    /// <summary>Products with nothing to sum: C is set to zeros unless it accumulates.</summary>
    public static bool IsEmpty(in GemmArguments g)
    {
        if (g.M == 0 || g.N == 0)
            return true;
        if (g.K > 0)
            return false;
        for (int i = 0; i < g.M && !g.Accumulate; i++)
            new Span<float>(g.C + (i * g.StrideC), g.N).Clear();
        return true;
    }
}
