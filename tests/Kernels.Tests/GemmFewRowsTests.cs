using MolEngine.Kernels.Cpu.Gemm;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Tensors;
using MolEngine.Support;

namespace MolEngine.Kernels.Tests;

/// <summary>The products of generation: few tokens, weights [N, K].</summary>
public abstract class GemmFewRowsTests(SimdLevel level)
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(1, 517, 65)]
    [InlineData(2, 31, 33)]
    [InlineData(3, 14, 15)]
    [InlineData(4, 97, 700)]
    [InlineData(5, 63, 1300)]
    [InlineData(15, 2, 31)]
    [InlineData(32, 65, 576)]
    [InlineData(64, 33, 650)]
    public void SumsAreThoseOfManyRowsToTheBit(int m, int n, int k)
    {
        using var gemm = GemmUnderTest.At(level);
        foreach (DType type in new[] { DType.F32, DType.BF16 })
        {
            foreach (bool accumulate in new[] { false, true })
            {
                using var few = new GemmProblem(m, n, k, type: type, accumulate: accumulate);
                using var many = new GemmProblem(m, n, k, type: type, accumulate: accumulate);
                gemm.RunAs(true, few.Arguments);
                gemm.RunAs(false, many.Arguments);
                Assert.Equal(many.Result(), few.Result());
                Compare.AssertRelativeL2($"{type}, accumulate {accumulate}", few.Result(), few.Truth(), 1e-6);
            }
        }
    }

    [Fact]
    public void ATokenDependsNeitherOnTheOthersNorOnThreads()
    {
        using var one = GemmUnderTest.At(level, 1);
        using var three = GemmUnderTest.At(level, 3);
        using var problem = new GemmProblem(70, 301, 333, type: DType.BF16);
        one.Run(problem.Arguments);
        float[] all = problem.Result();
        foreach (int rows in (int[])[1, 2, 4, 5, 17, 64, 65])
        {
            GemmArguments last = problem.Arguments;
            unsafe
            {
                last.A += (70 - rows) * last.StrideA;
            }

            last.M = rows;
            three.Run(last);
            Assert.Equal(all[^(rows * 301)..], problem.Result()[..(rows * 301)]);
        }
    }
}

public sealed class ScalarGemmFewRowsTests() : GemmFewRowsTests(SimdLevel.Scalar);

public sealed class Vector256GemmFewRowsTests() : GemmFewRowsTests(SimdLevel.Vector256);

public sealed class Vector512GemmFewRowsTests() : GemmFewRowsTests(SimdLevel.Vector512);
