using MolEngine.Kernels.Cuda;
using MolEngine.Kernels.Cuda.Gemm;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Tests.Cuda.Gemm;

/// <summary>What a plan is told of a product, by hand: A [2, 4] and B [4, 3] in bf16, D [2, 3] in fp32.</summary>
public sealed class MeteredGemmTests
{
    private const long A = 2 * 4 * 2, B = 4 * 3 * 2, D = 2 * 3 * 4, A2 = 2 * 5 * 2, B2 = 5 * 3 * 2;

    [Theory]
    [InlineData(false, A2 + B2)]
    [InlineData(true, A2 + B2 + (2 * D))]
    public void A_library_passes_over_D_for_each_term(bool isByLibrary, long second)
    {
        var meter = new Meter();
        var operand = new GemmOperand(0, DType.BF16, 8);
        new MeteredGemm(new Nothing(), meter, isByLibrary).Run(
            new GemmCall(2, 3, 4, operand, operand, operand with { Type = DType.F32 })
            {
                Second = new GemmTerm(5, operand, operand),
            });
        Assert.Equal([(2, 3, 4, A + B + D, true), (2, 3, 5, second, isByLibrary)], meter.Products);
    }

    /// <summary>Blocks of 2 and of 1 column: each reads its own part of the second A, and passes over its part of D.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Blocks_of_a_second_term_are_told_each(bool isByLibrary)
    {
        var meter = new Meter();
        var operand = new GemmOperand(0, DType.BF16, 16);
        new MeteredGemm(new Nothing(), meter, isByLibrary).Run(
            new GemmCall(2, 3, 4, operand, operand with { Transposed = true }, operand with { Type = DType.F32 })
            {
                Second = new GemmTerm(5, operand, operand with { Transposed = true }, [2]),
            });
        long again = isByLibrary ? 2 * 2 * 4 : 0;
        Assert.Equal(
            [
                (2, 3, 4, A + B + D, true), (2, 2, 5, A2 + (2 * 5 * 2) + (2 * again), isByLibrary),
                (2, 1, 5, A2 + (5 * 2) + again, isByLibrary),
            ],
            meter.Products);
    }

    private sealed class Nothing : IGemm
    {
        public void Run(in GemmCall call)
        {
        }

        public void Dispose()
        {
        }
    }

    private sealed class Meter : IWorkMeter
    {
        public List<(int M, int N, int K, long Bytes, bool IsQueued)> Products { get; } = [];

        public void Launch(string kernel, long bytes, long linkBytes)
        {
        }

        public void Product(int m, int n, int k, long bytes, bool isQueued) =>
            Products.Add((m, n, k, bytes, isQueued));
    }
}
