namespace MolEngine.Oracle;

/// <summary>
/// Reverse-mode differentiation over matrices: every operation computes its result at once and records how gradients
/// flow back. A result has a gradient where one of its operands has.
/// </summary>
/// <param name="rounding">Of what products take and of what stands between them; null: none.</param>
internal sealed partial class Tape(Bf16Rounding? rounding)
{
    private readonly List<Action> _backward = [];
    private readonly List<Matrix> _trained = [];

    /// <summary>A leaf: its gradient is kept where <paramref name="trained"/>.</summary>
    public Matrix Leaf(int rows, int columns, double[] data, bool trained) =>
        Track(new Matrix(rows, columns, data, trained ? new double[data.Length] : null));

    /// <summary>Runs the tape backwards from a gradient of one of its results. All gradients start from zero.</summary>
    public void Backward(Matrix from, Action<double[]> seed)
    {
        foreach (Matrix m in _trained)
            Array.Clear(m.Gradient!);
        seed(from.Gradient ?? throw new InvalidOperationException("oracle: nothing is trained: no gradient to take"));
        for (int i = _backward.Count - 1; i >= 0; i--)
            _backward[i]();
    }

    /// <summary>y = x w^T + b. w [N, K], b [1, N].</summary>
    public Matrix Linear(Matrix x, Matrix w, Matrix? bias = null)
    {
        int m = x.Rows, n = w.Rows, k = w.Columns;
        Matrix y = Result(m, n, x, w, bias);
        if (bias is not null)
        {
            for (int i = 0; i < m; i++)
                bias.Data.CopyTo(y.Data.AsSpan(i * n));
        }

        Products.AddTransposed(x.Data, w.Data, y.Data, m, n, k);
        if (y.Gradient is { } dy)
        {
            _backward.Add(() =>
            {
                if (x.Gradient is { } dx)
                    Products.AddPlain(dy, w.Data, dx, m, n, k);
                if (w.Gradient is { } dw)
                    Products.AddOuter(dy, x.Data, dw, m, n, k);
                for (int i = 0; bias?.Gradient is { } db && i < m; i++)
                    Products.AddScaled(db, dy.AsSpan(i * n, n), 1);
            });
        }

        return y;
    }

    /// <summary>y = a + scale b.</summary>
    public Matrix AddScaled(Matrix a, Matrix b, double scale)
    {
        Matrix y = Result(a.Rows, a.Columns, a, b);
        a.Data.CopyTo(y.Data, 0);
        Products.AddScaled(y.Data, b.Data, scale);
        if (y.Gradient is { } dy)
        {
            _backward.Add(() =>
            {
                if (a.Gradient is { } da)
                    Products.AddScaled(da, dy, 1);
                if (b.Gradient is { } db)
                    Products.AddScaled(db, dy, scale);
            });
        }

        return y;
    }

    /// <summary>y[t] = table[ids[t]].</summary>
    public Matrix Gather(Matrix table, int[] ids)
    {
        int h = table.Columns;
        Matrix y = Result(ids.Length, h, table);
        for (int t = 0; t < ids.Length; t++)
            table.Data.AsSpan(ids[t] * h, h).CopyTo(y.Data.AsSpan(t * h));
        if (y.Gradient is { } dy)
        {
            _backward.Add(() =>
            {
                for (int t = 0; t < ids.Length; t++)
                    Products.AddScaled(table.Gradient.AsSpan(ids[t] * h, h), dy.AsSpan(t * h, h), 1);
            });
        }

        return y;
    }

    /// <summary>y = x rsqrt(mean(x^2) + eps) w, row by row. w [1, H].</summary>
    public Matrix RmsNorm(Matrix x, Matrix w, double eps)
    {
        int h = x.Columns;
        Matrix y = Result(x.Rows, h, x, w);
        var rstd = new double[x.Rows];
        for (int t = 0; t < x.Rows; t++)
        {
            ReadOnlySpan<double> row = x.Data.AsSpan(t * h, h);
            rstd[t] = 1 / Math.Sqrt(Products.Dot(row, row) / h + eps);
            for (int i = 0; i < h; i++)
                y.Data[t * h + i] = row[i] * rstd[t] * w.Data[i];
        }

        if (y.Gradient is { } dy)
            _backward.Add(() => RmsNormBackward(x, w, rstd, dy));
        return y;
    }

    /// <summary>With n = x rstd: dw += dy n; dx += rstd (w dy - n mean(w dy n)).</summary>
    private static void RmsNormBackward(Matrix x, Matrix w, double[] rstd, double[] dy)
    {
        int h = x.Columns;
        for (int t = 0; t < x.Rows; t++)
        {
            double mean = 0;
            for (int i = 0; i < h; i++)
            {
                double n = x.Data[t * h + i] * rstd[t], d = dy[t * h + i];
                mean += w.Data[i] * d * n / h;
                if (w.Gradient is { } dw)
                    dw[i] += d * n;
            }

            for (int i = 0; x.Gradient is { } dx && i < h; i++)
                dx[t * h + i] += rstd[t] * (w.Data[i] * dy[t * h + i] - x.Data[t * h + i] * rstd[t] * mean);
        }
    }

    /// <summary>y = gate / (1 + exp(-gate)) up.</summary>
    public Matrix SwiGlu(Matrix gate, Matrix up)
    {
        Matrix y = Result(gate.Rows, gate.Columns, gate, up);
        for (int i = 0; i < y.Data.Length; i++)
            y.Data[i] = gate.Data[i] / (1 + Math.Exp(-gate.Data[i])) * up.Data[i];
        if (y.Gradient is { } dy)
        {
            _backward.Add(() =>
            {
                for (int i = 0; i < dy.Length; i++)
                {
                    double g = gate.Data[i], s = 1 / (1 + Math.Exp(-g));
                    if (gate.Gradient is { } dg)
                        dg[i] += dy[i] * up.Data[i] * s * (1 + g * (1 - s));
                    if (up.Gradient is { } du)
                        du[i] += dy[i] * g * s;
                }
            });
        }

        return y;
    }

    private Matrix Result(int rows, int columns, params ReadOnlySpan<Matrix?> operands)
    {
        bool trained = false;
        foreach (Matrix? m in operands)
            trained |= m?.Trained ?? false;
        return Leaf(rows, columns, new double[rows * columns], trained);
    }

    private Matrix Track(Matrix m)
    {
        if (m.Trained)
            _trained.Add(m);
        return m;
    }
}
