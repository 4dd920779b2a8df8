using MolEngine.Kernels.Cuda.Gemm;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Kernels.Checks;

/// <summary>Types of a product's matrices and what is added to it.</summary>
internal sealed record GemmCheckTypes(
    DType A, DType B, DType D, float Alpha = 1, float Beta = 0, DType? Bias = null);

/// <summary>A product of integers in a case's device memory.</summary>
internal sealed class GemmCheckInputs
{
    private readonly KernelCase _case;
    private readonly GemmCheckProblem _problem;
    private readonly GemmCheckTypes _types;
    private readonly DeviceMemory _d;

    public GemmCheckInputs(KernelCase one, GemmCheckShape shape, GemmCheckProblem problem, GemmCheckTypes types)
    {
        (_case, _problem, _types) = (one, problem, types);
        _d = Input("d", problem.Before, types.D);
        GemmTerm first = Term("", shape.K, problem.OperandA, problem.A, problem.OperandB, problem.B);
        GemmTerm second = Term("2", shape.K2, problem.OperandA2, problem.A2, problem.OperandB2, problem.B2);
        GemmBias? bias = types.Bias is { } type ? new GemmBias(Input("bias", problem.Bias, type).Address, type) : null;
        Call = new GemmCall(
            shape.M, shape.N, shape.K, first.A, first.B, new GemmOperand(_d.Address, types.D, problem.StrideD),
            types.Alpha, types.Beta)
        {
            Second = second with { Blocks = shape.Blocks.Length > 0 ? shape.Blocks : null },
            Bias = bias,
        };
    }

    public GemmCall Call { get; }

    /// <summary>Compares D with what the product must give.</summary>
    /// <param name="sums">What else is summed, laid out as D.</param>
    public void Expect(float[]? sums = null)
    {
        float[] expected = _problem.After(_types.Alpha, _types.Beta, _types.Bias is not null, sums);
        if (_types.D == DType.BF16)
            _case.Expect<ushort>(_d, GemmCheckProblem.ToBf16(expected), Tolerance.Bits);
        else
            _case.Expect<float>(_d, expected, Tolerance.Bits);
    }

    private GemmTerm Term(
        string name, int k, Func<ulong, DType, GemmOperand> operandA, float[] a,
        Func<ulong, DType, GemmOperand> operandB, float[] b) => new(
        k, operandA(Input($"a{name}", a, _types.A).Address, _types.A),
        operandB(Input($"b{name}", b, _types.B).Address, _types.B));

    private DeviceMemory Input(string name, float[] values, DType type) => type == DType.BF16
        ? _case.Input<ushort>(name, GemmCheckProblem.ToBf16(values))
        : _case.Input<float>(name, values);
}
