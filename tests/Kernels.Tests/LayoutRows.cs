using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Tests;

internal static class LayoutRows
{
    /// <summary>Rows of a layout as one of their own, the token that they begin with, and how many they have.</summary>
    public static (SequenceLayout Layout, int Start, int Count) Rows(this SequenceLayout all, int first, int rows)
    {
        int start = all.RowStarts[first], count = all.RowStarts[first + rows] - start;
        int[] starts = [.. all.RowStarts[first..(first + rows + 1)].Select(s => s - start)];
        var layout = new SequenceLayout(
            starts, starts, all.Positions.Slice(start, count), all.TokenKeys.Slice(start, count));
        return (layout, start, count);
    }
}
