using MolEngine.Kernels.Cpu.Gemm;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Tensors;
using MolEngine.Support;

namespace MolEngine.Kernels.Tests;

/// <summary>The products of generation: any number of tokens, weights [N, K].</summary>
public abstract class RowDotsTests(SimdLevel level)
{
    /// <summary>Whole and partial tiles, steps of k and blocks of k.</summary>
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(1, 4, 64)]
    [InlineData(1, 517, 65)]
    [InlineData(2, 31, 33)]
    [InlineData(3, 14, 15)]
    [InlineData(4, 97, 700)]
    [InlineData(5, 63, 1300)]
    [InlineData(6, 8, 640)]
    [InlineData(13, 2, 31)]
    [InlineData(32, 65, 576)]
    [InlineData(100, 33, 650)]
    public void Sums_are_right(int m, int n, int k)
    {
        using var gemm = GemmUnderTest.At(level);
        foreach (DType type in new[] { DType.F32, DType.BF16 })
        {
            foreach (bool accumulate in new[] { false, true })
            {
                using var problem = new GemmProblem(m, n, k, type: type, accumulate: accumulate);
                gemm.RunDots(problem.Arguments);
                float[] got = problem.Result();
                double[] truth = problem.Truth();
                Compare.AssertRelativeL2($"{type}, accumulate {accumulate}", got, truth, 1e-6);

                // Each element, by the rounding of a sum of k products of at most 1/4 each.
                double bound = (1 + (k / 4.0)) * Math.ScaleB(1, -21);
                for (int i = 0; i < got.Length; i++)
                    Assert.InRange(got[i], truth[i] - bound, truth[i] + bound);
            }
        }
    }

    [Fact]
    public void A_token_depends_neither_on_the_others_nor_on_threads() =>
        GemmUnderTest.AssertTokensStandAlone(level, k: 733, (gemm, arguments) => gemm.RunDots(arguments));

    [Theory]
    [InlineData(0, 3, 5)]
    [InlineData(3, 0, 5)]
    [InlineData(3, 5, 0)]
    public void Nothing_to_sum_is_zero(int m, int n, int k)
    {
        using var gemm = GemmUnderTest.At(level);
        var c = new float[15];
        Array.Fill(c, 7);
        unsafe
        {
            fixed (float* p = c)
                gemm.RunDots(new GemmArguments { M = m, N = n, K = k, C = p, StrideC = n, BType = DType.F32 });
        }

        Assert.All(c, x => Assert.Equal(m * n == 0 ? 7 : 0, x));
    }
}

public sealed class ScalarRowDotsTests() : RowDotsTests(SimdLevel.Scalar);

public sealed class Vector256RowDotsTests() : RowDotsTests(SimdLevel.Vector256);

public sealed class Vector512RowDotsTests() : RowDotsTests(SimdLevel.Vector512);
