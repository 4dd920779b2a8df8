namespace MolEngine.Oracle;

// Where a bf16 program rounds: what products take is bf16, and so is what stands between them; the residual stream,
// sums and everything inside an operation have more digits. Without a rounding each of these is x itself.
internal sealed partial class Tape
{
    /// <summary>An activation that is kept in bf16, and so is its gradient.</summary>
    public Matrix Kept(Matrix x) => rounding is null ? x : Rounded(x, rounding.Round, rounding.Round);

    /// <summary>An activation that products take in bf16, while its gradient is summed in fp32.</summary>
    public Matrix Operand(Matrix x) => rounding is null ? x : Rounded(x, rounding.Round, null);

    /// <summary>An fp32 result of a product, whose gradient the products of the way back take in bf16.</summary>
    public Matrix Sum(Matrix x) => rounding is null ? x : Rounded(x, null, rounding.Round);

    /// <summary>A matrix of the model as products take it; its gradient is a sum in fp32.</summary>
    public Matrix Stored(Matrix x) => rounding is null ? x : Rounded(x, rounding.RoundStored, null);

    private Matrix Rounded(Matrix x, Func<double[], double[]>? forward, Func<double[], double[]>? backward)
    {
        double[] data = forward is null ? x.Data : forward(x.Data);
        Matrix y = Leaf(x.Rows, x.Columns, data, x.Trained);
        if (y.Gradient is { } dy)
            _backward.Add(() => Products.AddScaled(x.Gradient, backward is null ? dy : backward(dy), 1));
        return y;
    }
}
