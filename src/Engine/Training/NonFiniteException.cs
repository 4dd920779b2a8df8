using MolEngine.Engine.Batches;
using MolEngine.Engine.Losses;
using MolEngine.Engine.Optim;
using MolEngine.Kernels.Ops;

namespace MolEngine.Engine.Training;

/// <summary>A loss, gradient or logit is NaN or infinite. Nothing was updated by it.</summary>
public sealed class NonFiniteException : Exception
{
    /// <param name="row">As <see cref="Row"/>.</param>
    public NonFiniteException(string message, int? row = null)
        : base(message) => Row = row;

    /// <summary>The first row of the global batch whose loss is not finite; null where no row's is to blame.</summary>
    public int? Row { get; }

    internal static void ThrowIf(
        Ops ops, int step, double loss, double gradientNorm, IReadOnlyList<RowFigures> rows,
        IReadOnlyList<Parameter> parameters)
    {
        if (double.IsFinite(loss) && double.IsFinite(gradientNorm))
            return;
        int row = rows.ToList().FindIndex(r => !double.IsFinite(r.CrossEntropy + r.KlDivergence));
        string where = row < 0
            ? "every row's loss is finite"
            : $"the first such row is row {row} of the batch ({rows[row].Kind.Name()})";
        Parameter? parameter = parameters.FirstOrDefault(p => !double.IsFinite(ops.SumOfSquares(p.Gradient)));
        string tensor = parameter is null
            ? "every gradient is finite"
            : $"the first such gradient is that of {parameter.Name}";
        throw new NonFiniteException(
            $"step {step + 1}: the loss is {loss}, the gradient norm {gradientNorm}: expected finite numbers; {where}; "
            + $"{tensor}. Lower the learning rate, or look at the row's text.", row < 0 ? null : row);
    }
}
