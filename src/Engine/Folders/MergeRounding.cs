namespace MolEngine.Engine.Folders;

/// <summary>What rounding merged weights to the type of a file takes of an adapter.</summary>
/// <param name="Update">Sum of the squares of all that the adapter adds to weights.</param>
/// <param name="Error">Sum of the squares of what rounding then moves these weights.</param>
/// <param name="HasNarrow">Whether some of these weights are in 16 bits.</param>
public readonly record struct MergeRounding(double Update, double Error, bool HasNarrow = false)
{
    /// <summary>How far rounding moves the weights, over how far the adapter does; 0 where it does not.</summary>
    public double Share => Update > 0 ? Math.Sqrt(Error / Update) : 0;

    public static MergeRounding operator +(MergeRounding a, MergeRounding b) =>
        new(a.Update + b.Update, a.Error + b.Error, a.HasNarrow || b.HasNarrow);
}
