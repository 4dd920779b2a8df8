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
        new($"{where}: expected finite numbers, got {value} at {PlaceOf(shape, index)}");

    /// <summary>"[3, 17]" of a matrix.</summary>
    internal static string PlaceOf(Shape shape, long index)
    {
        var place = new long[shape.Dimensions.Length];
        for (int d = place.Length - 1; d >= 0; d--)
            (index, place[d]) = Math.DivRem(index, shape.Dimensions[d]);
        return $"[{string.Join(", ", place)}]";
    }
}
