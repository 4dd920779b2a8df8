using MolEngine.Kernels.Cpu.Gemm;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Tensors;
using MolEngine.Support;

namespace MolEngine.Kernels.Tests;

/// <summary>The products of a decoding step: few tokens, weights [N, K].</summary>
public abstract class GemmDotProductTests(SimdLevel level)
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(1, 517, 65)]
    [InlineData(2, 31, 33)]
    [InlineData(3, 14, 15)]
    [InlineData(5, 63, 1300)]
    [InlineData(7, 2, 31)]
    [InlineData(32, 65, 576)]
    public void DotProductsAreThoseOfFloat64(int m, int n, int k)
    {
        using var gemm = GemmUnderTest.At(level);
        foreach (DType type in new[] { DType.F32, DType.BF16 })
        {
            foreach (bool accumulate in new[] { false, true })
            {
                using var problem = new GemmProblem(m, n, k, type: type, accumulate: accumulate);
                gemm.DotProducts(problem.Arguments);
                Compare.AssertRelativeL2($"{type}, accumulate {accumulate}", problem.Result(), problem.Truth(), 1e-6);
            }
        }
    }

    [Fact]
    public void ATokenDependsNeitherOnTheOthersNorOnThreads()
    {
        using var one = GemmUnderTest.At(level, 1);
        using var three = GemmUnderTest.At(level, 3);
        using var problem = new GemmProblem(7, 301, 333, type: DType.BF16);
        one.DotProducts(problem.Arguments);
        float[] all = problem.Result();
        three.DotProducts(problem.Arguments);
        Assert.Equal(all, problem.Result());
        GemmArguments last = problem.Arguments;
        unsafe
        {
            last.A += 6 * last.StrideA;
        }

        last.M = 1;
        one.DotProducts(last);
        Assert.Equal(all[^301..], problem.Result()[..301]);
    }
}

public sealed class ScalarGemmDotProductTests() : GemmDotProductTests(SimdLevel.Scalar);

public sealed class Vector256GemmDotProductTests() : GemmDotProductTests(SimdLevel.Vector256);

public sealed class Vector512GemmDotProductTests() : GemmDotProductTests(SimdLevel.Vector512);
