using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Weights;

/// <summary>A weight that was to be saved, or is in use, is NaN or infinite.</summary>
public sealed class BrokenWeightException : Exception
{
    private BrokenWeightException(string message)
        : base(message)
    {
    }

    /// <param name="where">The tensor and its file.</param>
    /// <param name="value">What stands there.</param>
    /// <param name="index">The place among the tensor's elements, row after row.</param>
    internal static BrokenWeightException Of(string where, Shape shape, double value, long index) =>
        new(Text(where, shape, value, index));

    /// <summary>"weight: expected finite numbers, got NaN at [3, 17]".</summary>
    /// <inheritdoc cref="Of" path="/param"/>
    internal static string Text(string where, Shape shape, double value, long index)
    {
        var place = new long[shape.Dimensions.Length];
        for (int d = place.Length - 1; d >= 0; d--)
            (index, place[d]) = Math.DivRem(index, shape.Dimensions[d]);
        return $"{where}: expected finite numbers, got {value} at [{string.Join(", ", place)}]";
    }
}
