using System.Runtime.CompilerServices;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Cpu.Threading;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Cpu.Limits;

/// <summary>How fast memory can be read at all: sums of large pieces by all workers.</summary>
internal static unsafe class ReadBandwidth<S, V>
    where S : struct, ISimd<V>
    where V : unmanaged
{
    private const int Piece = 16 * 1024;

    private static float _sink;

    public static void Read(WorkerPool pool, float* x, long count) =>
        pool.For((int)(count / Piece), (task, _) => _sink = Sum(x + ((long)task * Piece)));

    /// <summary>Of matrices, one after another, but for their last few rows.</summary>
    /// <returns>Bytes that were read.</returns>
    public static long Read(WorkerPool pool, IReadOnlyList<Tensor> tensors)
    {
        (Tensor Of, long At)[] pieces =
        [
            .. tensors.SelectMany(t => Enumerable.Range(0, (int)(t.Bytes / sizeof(float) / Piece))
                .Select(i => (t, (long)i * Piece))),
        ];
        pool.For(pieces.Length, (task, _) => _sink = Sum((float*)pieces[task].Of.Address + pieces[task].At));
        return pieces.Length * (long)Piece * sizeof(float);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Sum(float* x)
    {
        V a = S.Zero, b = S.Zero, c = S.Zero, d = S.Zero;
        for (int i = 0; i < Piece; i += 4 * S.Count)
        {
            a = S.Add(a, S.Load(x + i));
            b = S.Add(b, S.Load(x + i + S.Count));
            c = S.Add(c, S.Load(x + i + (2 * S.Count)));
            d = S.Add(d, S.Load(x + i + (3 * S.Count)));
        }

        return S.Sum(S.Add(S.Add(a, b), S.Add(c, d)));
    }
}
