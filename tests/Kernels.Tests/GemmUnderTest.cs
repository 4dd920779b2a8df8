using System.Runtime.Intrinsics;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Cpu.Assembly;
using MolEngine.Kernels.Cpu.Gemm;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Cpu.Threading;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Tests;

/// <summary>The products of one vector width on a pool of their own.</summary>
internal abstract unsafe class GemmUnderTest(int threads, ProductKind kind) : IDisposable
{
    /// <summary>What this processor has of the kind that was asked for.</summary>
    public ProductKind Kind { get; } = kind;

    protected WorkerPool Pool { get; } = new(threads);

    protected Scratch Scratch { get; } = new();

    /// <summary>At a level, or at the widest below it that this processor has.</summary>
    /// <param name="kind">Operands are rounded without the instructions for them where they are absent.</param>
    public static GemmUnderTest At(SimdLevel level, int threads = 2, ProductKind kind = ProductKind.F32)
    {
        ProductKind had = (kind == ProductKind.Tiles && !Bf16Instructions.HasTiles)
            || (kind == ProductKind.Pairs && !Bf16Instructions.HasPairs) ? ProductKind.Rounded : kind;
        return (SimdLevel)Math.Min((int)level, (int)SimdLevels.Best) switch
        {
            SimdLevel.Vector512 => new Of<Vector512Simd, Vector512<float>>(threads, had),
            SimdLevel.Vector256 => new Of<Vector256Simd, Vector256<float>>(threads, had),
            _ => new Of<ScalarSimd, float>(threads, had),
        };
    }

    /// <summary>
    /// Asserts that the last tokens of a product are the same to the bit with fewer before them, and on other threads.
    /// </summary>
    public static void AssertTokensStandAlone(SimdLevel level, int k, Action<GemmUnderTest, GemmArguments> run)
    {
        const int Tokens = 70, Columns = 301;
        using GemmUnderTest one = At(level, 1), three = At(level, 3);
        using var problem = new GemmProblem(Tokens, Columns, k, type: DType.BF16);
        run(one, problem.Arguments);
        float[] all = problem.Result();
        foreach (int rows in (int[])[1, 2, 4, 5, 17, 64, 65])
        {
            GemmArguments last = problem.Arguments;
            last.A += (Tokens - rows) * last.StrideA;
            last.M = rows;
            run(three, last);
            Assert.Equal(all[^(rows * Columns)..], problem.Result()[..(rows * Columns)]);
        }
    }

    public abstract void Run(in GemmArguments arguments);

    public abstract long SingleWorkspace(int m, int n, int k);

    public abstract void RunSingle(in GemmArguments arguments);

    /// <summary>The way of few rows, or of many, whatever the number.</summary>
    public abstract void RunAs(bool few, in GemmArguments arguments);

    public abstract void RunDots(in GemmArguments arguments);

    public void Dispose()
    {
        Pool.Dispose();
        Scratch.Dispose();
    }

    private sealed class Of<S, V>(int threads, ProductKind kind) : GemmUnderTest(threads, kind)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        public override void Run(in GemmArguments arguments) => Gemm<S, V>.Run(
            Pool, Scratch, arguments with { Kind = Kind });

        public override long SingleWorkspace(int m, int n, int k) => Gemm<S, V>.SingleWorkspace(Kind, m, n, k);

        public override void RunSingle(in GemmArguments arguments)
        {
            long floats = SingleWorkspace(arguments.M, arguments.N, arguments.K);
            using var workspace = new GuardedMemory(floats * sizeof(float));
            Gemm<S, V>.RunSingle(arguments with { Kind = Kind }, (float*)workspace.Address);
        }

        public override void RunDots(in GemmArguments arguments) => RowDots<S, V>.Run(Pool, Scratch, [arguments]);

        public override void RunAs(bool few, in GemmArguments arguments)
        {
            if (few)
                FewRows<S, V>.Run(Pool, Scratch, arguments);
            else
                GemmTask<F32Product<S, V>>.Run(Pool, Scratch, arguments);
        }
    }
}
