using System.Numerics;
using MolEngine.Basics.Numerics;
using MolEngine.Engine.Files;
using MolEngine.Engine.Weights;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Folders;

/// <summary>W + scale B A, accumulated in float64 and rounded once to the type of W.</summary>
internal static class LoraMerge
{
    /// <summary>Rows that one pass over A serves: 4 rows x 2 vectors of sums stay in registers.</summary>
    private const int RowsPerTask = 4;

    /// <param name="weight">W [out, in], any of the four types.</param>
    /// <param name="a">A fp32 [r, in].</param>
    /// <param name="b">B fp32 [out, r].</param>
    /// <param name="merged">[out, in], of any of the four types.</param>
    /// <returns>What the rounding took of the update.</returns>
    /// <exception cref="ModelFileException">A merged number does not fit the type.</exception>
    public static MergeRounding Merge(Tensor weight, Tensor a, Tensor b, double scale, Tensor merged)
    {
        int outputs = weight.Shape[0], inputs = weight.Shape[1], rank = a.Shape[0];
        var wideA = new double[checked(rank * inputs)];
        Span<float> narrowA = a.Span<float>();
        for (int i = 0; i < wideA.Length; i++)
            wideA[i] = narrowA[i];
        // Each row is one task's alone, so the number of threads changes nothing.
        int tasks = (outputs + RowsPerTask - 1) / RowsPerTask;
        var errors = new string?[tasks];
        var roundings = new MergeRounding[tasks];
        (double[] Row, double[] Rounded, double[] Sums) Scratch() =>
            (new double[inputs], new double[inputs], new double[RowsPerTask * inputs]);

        Parallel.For(0, tasks, Scratch, (task, _, scratch) =>
        {
            int first = task * RowsPerTask;
            Multiply(b, wideA, first, scratch.Sums);
            for (int o = first; o < Math.Min(outputs, first + RowsPerTask); o++)
            {
                Conversions.Widen(Conversions.Bytes(weight, (long)o * inputs, inputs), weight.Type, scratch.Row);
                Span<double> update = scratch.Sums.AsSpan((o - first) * inputs, inputs);
                AddScaled(scale, update, scratch.Row);
                Span<byte> bytes = Conversions.Bytes(merged, (long)o * inputs, inputs);
                Conversions.Narrow(scratch.Row, merged.Type, bytes);
                errors[task] ??= Misfit(weight, merged, scratch.Row, o);
                Conversions.Widen(bytes, merged.Type, scratch.Rounded);
                roundings[task] += Rounding(scale, update, scratch.Row, scratch.Rounded);
            }

            return scratch;
        }, _ => { });
        if (errors.FirstOrDefault(e => e is not null) is string error)
            throw new ModelFileException(error);
        var none = new MergeRounding(0, 0, HasNarrow: merged.Type.Size() < sizeof(float));
        return roundings.Aggregate(none, (sum, next) => sum + next);
    }

    private static MergeRounding Rounding(
        double scale, ReadOnlySpan<double> update, ReadOnlySpan<double> exact, ReadOnlySpan<double> rounded)
    {
        double added = 0, error = 0;
        for (int i = 0; i < update.Length; i++)
        {
            added += scale * update[i] * scale * update[i];
            error += (rounded[i] - exact[i]) * (rounded[i] - exact[i]);
        }

        return new MergeRounding(added, error);
    }

    /// <summary>
    /// Rows first .. first + 3 of B A into <paramref name="sums"/> [4, in]; rows past the end repeat the last.
    /// </summary>
    private static void Multiply(Tensor b, double[] a, int first, double[] sums)
    {
        int rank = b.Shape[1], inputs = a.Length / rank, width = 2 * Vector<double>.Count;
        Span<float> narrow = b.Span<float>();
        var factors = new double[rank * RowsPerTask];
        for (int i = 0; i < RowsPerTask; i++)
        {
            int o = Math.Min(first + i, b.Shape[0] - 1);
            for (int r = 0; r < rank; r++)
                factors[(r * RowsPerTask) + i] = narrow[(o * rank) + r];
        }

        int column = 0;
        for (; column <= inputs - width; column += width)
            MultiplyBlock(a, factors, inputs, column, sums);
        for (; column < inputs; column++)
        {
            for (int i = 0; i < RowsPerTask; i++)
            {
                double sum = 0;
                for (int r = 0; r < rank; r++)
                    sum = Math.FusedMultiplyAdd(factors[(r * RowsPerTask) + i], a[(r * inputs) + column], sum);
                sums[(i * inputs) + column] = sum;
            }
        }
    }

    private static void MultiplyBlock(double[] a, double[] factors, int inputs, int column, double[] sums)
    {
        int half = Vector<double>.Count;
        Vector<double> s00 = default, s01 = default, s10 = default, s11 = default;
        Vector<double> s20 = default, s21 = default, s30 = default, s31 = default;
        for (int r = 0, at = column; r < factors.Length; r += RowsPerTask, at += inputs)
        {
            Vector<double> a0 = new(a, at), a1 = new(a, at + half);
            Vector<double> f0 = new(factors[r]), f1 = new(factors[r + 1]);
            Vector<double> f2 = new(factors[r + 2]), f3 = new(factors[r + 3]);
            s00 = Vector.FusedMultiplyAdd(f0, a0, s00);
            s01 = Vector.FusedMultiplyAdd(f0, a1, s01);
            s10 = Vector.FusedMultiplyAdd(f1, a0, s10);
            s11 = Vector.FusedMultiplyAdd(f1, a1, s11);
            s20 = Vector.FusedMultiplyAdd(f2, a0, s20);
            s21 = Vector.FusedMultiplyAdd(f2, a1, s21);
            s30 = Vector.FusedMultiplyAdd(f3, a0, s30);
            s31 = Vector.FusedMultiplyAdd(f3, a1, s31);
        }

        Store(s00, s01, sums, column);
        Store(s10, s11, sums, column + inputs);
        Store(s20, s21, sums, column + (2 * inputs));
        Store(s30, s31, sums, column + (3 * inputs));
    }

    private static void Store(Vector<double> first, Vector<double> second, double[] sums, int at)
    {
        first.CopyTo(sums, at);
        second.CopyTo(sums, at + Vector<double>.Count);
    }

    private static void AddScaled(double factor, ReadOnlySpan<double> x, Span<double> y)
    {
        for (int i = 0; i < y.Length; i++)
            y[i] = Math.FusedMultiplyAdd(factor, x[i], y[i]);
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
        DType.BF16 => Bf16.Widen(0x7F7F),
        _ => float.MaxValue,
    };
}
