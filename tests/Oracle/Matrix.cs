namespace MolEngine.Oracle;

/// <summary>A row-major float64 matrix; Gradient is there where the loss is to be differentiated by it.</summary>
internal sealed class Matrix(int rows, int columns, double[] data, double[]? gradient)
{
    public int Rows { get; } = rows;

    public int Columns { get; } = columns;

    public double[] Data { get; } = data;

    public double[]? Gradient { get; } = gradient;

    public bool Trained => Gradient is not null;

    /// <summary>The same values, and the same gradient, in another shape.</summary>
    public Matrix Reshape(int rows, int columns)
    {
        if (rows * columns != Data.Length)
            throw new ArgumentException($"oracle: reshape of {Rows} x {Columns} to {rows} x {columns}");
        return new Matrix(rows, columns, Data, Gradient);
    }
}
