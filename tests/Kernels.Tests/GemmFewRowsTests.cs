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
    public void ATokenDependsNeitherOnTheOthersNorOnThreads() =>
        GemmUnderTest.AssertTokensStandAlone(level, k: 333, (gemm, arguments) => gemm.Run(arguments));
}

public sealed class ScalarGemmFewRowsTests() : GemmFewRowsTests(SimdLevel.Scalar);

public sealed class Vector256GemmFewRowsTests() : GemmFewRowsTests(SimdLevel.Vector256);

public sealed class Vector512GemmFewRowsTests() : GemmFewRowsTests(SimdLevel.Vector512);
