using MolEngine.Kernels.Cpu.Gemm;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Tensors;
using MolEngine.Support;

namespace MolEngine.Kernels.Tests;

/// <summary>
/// Matrix products against float64, and the contract that an element's bits depend on its row, its column and K alone.
/// </summary>
public abstract class GemmTests(SimdLevel level, ProductKind kind = ProductKind.F32)
{
    /// <summary>
    /// fp32 sums of up to 1300 products in blocks; relative L2 of what was measured is 3e-7 and below.
    /// </summary>
    private const double Tolerance = 1e-6;

    /// <summary>
    /// Around every edge of tiles, panels and blocks: both ways of dividing the work, and more than one block of k.
    /// </summary>
    public static TheoryData<int, int, int> Sizes { get; } = new()
    {
        { 1, 1, 1 }, { 2, 13, 15 }, { 13, 31, 33 }, { 14, 32, 64 }, { 15, 33, 31 }, { 16, 16, 16 }, { 31, 65, 63 },
        { 63, 14, 1 },
        { 65, 63, 66 }, { 517, 65, 13 }, { 6, 8, 641 }, { 29, 66, 1300 }, { 85, 34, 650 }, { 1, 517, 65 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void ProductsAreThoseOfFloat64(int m, int n, int k)
    {
        using var gemm = GemmUnderTest.At(level, kind: kind);
        ForAllKinds(m, n, k, gemm.Run);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void SingleProductsAreThoseOfFloat64(int m, int n, int k)
    {
        using var gemm = GemmUnderTest.At(level, 1, kind);
        ForAllKinds(m, n, k, gemm.RunSingle);
    }

    /// <summary>A head's vocabulary is too wide for B to be shared: the columns are divided.</summary>
    [Theory]
    [InlineData(40, 1200, 350)]
    [InlineData(20, 1190, 700)]
    public void WideProductsAreThoseOfFloat64(int m, int n, int k)
    {
        using var gemm = GemmUnderTest.At(level, kind: kind);
        using var problem = new GemmProblem(m, n, k, type: DType.BF16, accumulate: true);
        gemm.Run(problem.Arguments);
        Compare.AssertRelativeL2("product", problem.Result(), problem.Truth(kind), Tolerance);
    }

    [Theory]
    [InlineData(70, 1300)]
    [InlineData(1190, 700)]
    public void ARowDoesNotDependOnTheOthers(int n, int k)
    {
        using var gemm = GemmUnderTest.At(level, kind: kind);
        using var problem = new GemmProblem(517, n, k);
        gemm.Run(problem.Arguments);
        float[] all = problem.Result();
        foreach (int row in new[] { 0, 1, 13, 14, 258, 515, 516 })
            Assert.Equal(all[(row * n)..((row + 1) * n)], Part(gemm, problem, row, 1, 0, n));
        Assert.Equal(all[(100 * n)..(131 * n)], Part(gemm, problem, 100, 31, 0, n));
    }

    [Fact]
    public void AColumnDoesNotDependOnTheOthers()
    {
        using var gemm = GemmUnderTest.At(level, kind: kind);
        using var problem = new GemmProblem(61, 97, 1300, type: DType.BF16);
        gemm.Run(problem.Arguments);
        float[] all = problem.Result();
        foreach (int column in new[] { 0, 15, 16, 31, 32, 95, 96 })
            Assert.Equal([.. all.Where((_, i) => i % 97 == column)], Part(gemm, problem, 0, 61, column, 1));
    }

    [Theory]
    [InlineData(517, 70, 1300)]
    [InlineData(120, 1190, 700)]
    public void ThreadsDoNotChangeABit(int m, int n, int k)
    {
        float[][] results = [.. new[] { 1, 2, 3 }.Select(threads =>
        {
            using var gemm = GemmUnderTest.At(level, threads, kind);
            using var problem = new GemmProblem(m, n, k, accumulate: true);
            gemm.Run(problem.Arguments);
            return problem.Result();
        })];
        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
    }

    [Fact]
    public void AllWidthsAndTheSingleProductGiveTheSameBits()
    {
        using var gemm = GemmUnderTest.At(level, kind: kind);
        using var scalar = GemmUnderTest.At(SimdLevel.Scalar, kind: gemm.Kind);
        using var problem = new GemmProblem(45, 77, 1299);
        gemm.Run(problem.Arguments);
        float[] all = problem.Result();
        if (gemm.Kind is ProductKind.F32 or ProductKind.Rounded)
        {
            scalar.Run(problem.Arguments);
            Assert.Equal(all, problem.Result());
        }

        gemm.RunSingle(problem.Arguments);
        Assert.Equal(all, problem.Result());
    }

    /// <summary>Callers take one workspace for their largest block and use it for what is left at the edges
    /// too.</summary>
    [Fact]
    public void AWorkspaceServesSmallerProducts()
    {
        using var gemm = GemmUnderTest.At(level, 1, kind);
        for (int k = 1; k < 1400; k++)
        {
            long floats = gemm.SingleWorkspace(65, 65, k);
            Assert.InRange(gemm.SingleWorkspace(65, 65, k - 1), 0, floats);
            Assert.InRange(gemm.SingleWorkspace(64, 64, k), 0, floats);
        }
    }

    /// <summary>Beyond 8 Mi packed floats a product is done in slices of rows.</summary>
    [Fact]
    public void SlicesOfRowsJoin()
    {
        using var gemm = GemmUnderTest.At(level, kind: kind);
        using var problem = new GemmProblem(570, 2, 15000, aTransposed: level == SimdLevel.Vector256);
        gemm.Run(problem.Arguments);
        Compare.AssertRelativeL2("product", problem.Result(), problem.Truth(kind), Tolerance);
    }

    [Fact]
    public void AnEmptySumIsZero()
    {
        using var gemm = GemmUnderTest.At(level, kind: kind);
        using var problem = new GemmProblem(3, 5, 1);
        GemmArguments g = problem.Arguments;
        g.K = 0;
        gemm.Run(g);
        Assert.All(problem.Result(), x => Assert.Equal(0, x));
    }

    private void ForAllKinds(int m, int n, int k, RunProduct run)
    {
        foreach (bool aTransposed in new[] { false, true })
        {
            foreach ((bool rowsAreK, DType type) in new[]
            {
                (false, DType.F32), (true, DType.F32), (false, DType.BF16), (true, DType.BF16),
            })
            {
                foreach (bool accumulate in new[] { false, true })
                {
                    using var problem = new GemmProblem(m, n, k, aTransposed, rowsAreK, type, accumulate, m + n + k);
                    run(problem.Arguments);
                    string what = $"A transposed {aTransposed}, B {type}, rows are k {rowsAreK}, onto C {accumulate}";
                    Compare.AssertRelativeL2(what, problem.Result(), problem.Truth(kind), Tolerance);
                }
            }
        }
    }

    /// <summary>The same product for some rows and columns only (B stored [N, K]), into memory of its own.</summary>
    private static unsafe float[] Part(
        GemmUnderTest gemm, GemmProblem problem, int row, int rows, int column, int columns)
    {
        var part = new float[rows * columns];
        fixed (float* c = part)
        {
            GemmArguments g = problem.Arguments;
            g.M = rows;
            g.N = columns;
            g.A += row * g.StrideA;
            g.B = (byte*)g.B + (column * g.StrideB * g.BType.Size());
            g.C = c;
            g.StrideC = columns;
            gemm.Run(g);
        }

        return part;
    }

    private delegate void RunProduct(in GemmArguments arguments);
}

public sealed class ScalarGemmTests() : GemmTests(SimdLevel.Scalar);

public sealed class Vector256GemmTests() : GemmTests(SimdLevel.Vector256);

public sealed class Vector512GemmTests() : GemmTests(SimdLevel.Vector512);

public sealed class ScalarRoundedGemmTests() : GemmTests(SimdLevel.Scalar, ProductKind.Rounded);

public sealed class Vector512RoundedGemmTests() : GemmTests(SimdLevel.Vector512, ProductKind.Rounded);

public sealed class PairGemmTests() : GemmTests(SimdLevel.Vector512, ProductKind.Pairs);

public sealed class TileGemmTests() : GemmTests(SimdLevel.Vector512, ProductKind.Tiles);
