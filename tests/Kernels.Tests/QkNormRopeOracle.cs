namespace MolEngine.Kernels.Tests;

/// <summary>
/// Per-head RMS norm and rotary embedding of [T heads, D] in float64, and their gradient by the chain rule.
/// </summary>
/// <param name="heads">Heads of a token.</param>
/// <param name="weight">[D], or null without a norm.</param>
/// <param name="cos">Cosines of each token, [T, D / 2].</param>
internal sealed class QkNormRopeOracle(
    int heads, int headDim, double[] x, double[]? weight, double eps, double[] cos, double[] sin)
{
    private readonly int _half = headDim / 2;

    public double[] Y { get; } = new double[x.Length];

    public double[] Dx { get; } = new double[x.Length];

    public double[] DWeight { get; } = new double[headDim];

    public QkNormRopeOracle Forward()
    {
        for (int at = 0; at < x.Length; at += headDim)
        {
            int angle = at / headDim / heads * _half;
            double[] z = Normed(at, out _);
            for (int i = 0; i < _half; i++)
            {
                Y[at + i] = z[i] * cos[angle + i] - z[i + _half] * sin[angle + i];
                Y[at + i + _half] = z[i + _half] * cos[angle + i] + z[i] * sin[angle + i];
            }
        }

        return this;
    }

    /// <summary>dz by the transposed rotation; d(x rstd)_i / dx_j = rstd ([i = j] - x_i x_j rstd^2 / D).</summary>
    public QkNormRopeOracle Backward(double[] dy)
    {
        for (int at = 0; at < x.Length; at += headDim)
        {
            int angle = at / headDim / heads * _half;
            var dz = new double[headDim];
            for (int i = 0; i < _half; i++)
            {
                dz[i] = dy[at + i] * cos[angle + i] + dy[at + i + _half] * sin[angle + i];
                dz[i + _half] = dy[at + i + _half] * cos[angle + i] - dy[at + i] * sin[angle + i];
            }

            Normed(at, out double rstd);
            for (int j = 0; j < headDim; j++)
            {
                for (int i = 0; i < headDim && weight is not null; i++)
                    Dx[at + j] += weight[i] * dz[i] * rstd * ((i == j ? 1 : 0) - x[at + i] * x[at
                        + j] * rstd * rstd / headDim);
                if (weight is null)
                    Dx[at + j] = dz[j];
                DWeight[j] += dz[j] * x[at + j] * rstd;
            }
        }

        return this;
    }

    private double[] Normed(int at, out double rstd)
    {
        double squares = 0;
        for (int i = 0; i < headDim; i++)
            squares += x[at + i] * x[at + i];
        double r = 1 / Math.Sqrt(squares / headDim + eps);
        rstd = r;
        return [.. Enumerable.Range(0, headDim).Select(i => weight is null ? x[at + i] : x[at + i] * r * weight[i])];
    }
}
