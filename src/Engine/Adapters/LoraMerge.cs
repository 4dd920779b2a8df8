using System.Numerics;
using MolEngine.Engine.Weights;
using MolEngine.Kernels.Device;

namespace MolEngine.Engine.Adapters;

/// <summary>W + scale B A, accumulated in float64 and rounded once to the type of W.</summary>
internal static class LoraMerge
{
    private const int RowsPerTask = 16;

    /// <param name="weight">W [out, in], any of the four types.</param>
    /// <param name="a">A fp32 [r, in].</param>
    /// <param name="b">B fp32 [out, r].</param>
    /// <param name="merged">[out, in], of any of the four types.</param>
    /// <exception cref="ModelFileException">A merged number does not fit the type.</exception>
    public static void Merge(Tensor weight, Tensor a, Tensor b, double scale, Tensor merged)
    {
        int outputs = weight.Shape[0], inputs = weight.Shape[1], rank = a.Shape[0];
        var wideA = new double[checked(rank * inputs)];
        Span<float> narrowA = a.Span<float>();
        for (int i = 0; i < wideA.Length; i++)
            wideA[i] = narrowA[i];
        // Each row is one task's alone, so the number of threads changes nothing.
        int tasks = (outputs + RowsPerTask - 1) / RowsPerTask;
        var errors = new string?[tasks];
        Parallel.For(0, tasks, task =>
        {
            double[] row = new double[inputs], sum = new double[inputs];
            for (int o = task * RowsPerTask; o < Math.Min(outputs, (task + 1) * RowsPerTask); o++)
            {
                MergeRow(weight, wideA, b, scale, o, row, sum);
                Conversions.Narrow(row, merged.Type, Conversions.Bytes(merged, (long)o * inputs, inputs));
                errors[task] ??= Misfit(weight, merged, row, o);
            }
        });
        if (errors.FirstOrDefault(e => e is not null) is string error)
            throw new ModelFileException(error);
    }

    private static void MergeRow(Tensor weight, double[] a, Tensor b, double scale, int o, double[] row, double[] sum)
    {
        int inputs = row.Length, rank = b.Shape[1];
        Array.Clear(sum);
        Span<float> factors = b.Span<float>().Slice(o * rank, rank);
        for (int r = 0; r < rank; r++)
            AddScaled(factors[r], a.AsSpan(r * inputs, inputs), sum);
        Conversions.Widen(Conversions.Bytes(weight, (long)o * inputs, inputs), weight.Type, row);
        AddScaled(scale, sum, row);
    }

    private static void AddScaled(double factor, ReadOnlySpan<double> x, Span<double> y)
    {
        int i = 0, width = Vector<double>.Count;
        var factors = new Vector<double>(factor);
        for (; i <= y.Length - width; i += width)
            (new Vector<double>(y[i..]) + (factors * new Vector<double>(x[i..]))).CopyTo(y[i..]);
        for (; i < y.Length; i++)
            y[i] += factor * x[i];
    }

    /// <summary>What is wrong with a row that its type cannot hold; null where it can.</summary>
    private static string? Misfit(Tensor weight, Tensor merged, double[] row, int o)
    {
        double largest = Largest(merged.Type);
        int i = Array.FindIndex(row, value => !(Math.Abs(value) <= largest));
        return i < 0 ? null
            : $"{weight.Name}[{o}, {i}]: the merged weight does not fit {merged.Type}: expected at most {largest:G6}, "
            + $"got {row[i]:G6}. "
            + "Do not merge this adapter into weights of this type.";
    }

    private static double Largest(DType type) => type switch
    {
        DType.F16 => (double)Half.MaxValue,
        DType.F64 => double.MaxValue,
        DType.BF16 => Conversions.FromBFloat16(0x7F7F),
        _ => float.MaxValue,
    };
}
