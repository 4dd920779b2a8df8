namespace MolEngine.Oracle;

internal sealed partial class Tape
{
    /// <summary>
    /// Rotates every head of x [T, heads D] by its token's angles: (a, b) -> (a cos - b sin, b cos + a sin), a and b
    /// the halves of the head.
    /// </summary>
    /// <param name="cos">[T, D / 2], the scaling's factor included; sin likewise.</param>
    public Matrix Rotate(Matrix x, int headDim, double[] cos, double[] sin)
    {
        Matrix y = Result(x.Rows, x.Columns, x);
        Turn(x.Data, y.Data, x.Columns, headDim, cos, sin, 1);
        if (y.Gradient is { } dy)
            _backward.Add(() => Turn(dy, x.Gradient!, x.Columns, headDim, cos, sin, -1));
        return y;
    }

    /// <summary>
    /// Causal softmax attention inside each document of each row, scale 1 / sqrt(D), query heads in groups over the key
    /// heads.
    /// </summary>
    /// <param name="q">[T, Hq D]; k and v [T, Hkv D].</param>
    /// <param name="rowStarts">Rows of the batch: row r holds tokens rowStarts[r] .. rowStarts[r + 1].</param>
    /// <param name="documents">[T].</param>
    public Matrix Attention(Matrix q, Matrix k, Matrix v, int headDim, int[] rowStarts, int[] documents)
    {
        Matrix y = Result(q.Rows, q.Columns, q, k, v);
        int heads = q.Columns / headDim, keyHeads = k.Columns / headDim, group = heads / keyHeads,
            rows = rowStarts.Length - 1;
        var all = new AttentionHead[rows * heads];
        Parallel.For(0, all.Length, i =>
        {
            int row = i / heads, head = i % heads;
            all[i] = new AttentionHead(
                q, k, v, headDim, head, head / group, rowStarts[row], rowStarts[row + 1], rounding);
            all[i].Forward(documents, y.Data);
        });
        if (y.Gradient is { } dy)
        {
            // The query heads of a group add onto the same keys and values: one task for a group.
            _backward.Add(() => Parallel.For(0, rows * keyHeads, i =>
            {
                for (int head = 0; head < group; head++)
                    all[i * group + head].Backward(dy);
            }));
        }

        return y;
    }

    private static void Turn(
        double[] from, double[] onto, int columns, int headDim, double[] cos, double[] sin, int direction)
    {
        int half = headDim / 2;
        for (int at = 0; at < from.Length; at += headDim)
        {
            int angles = at / columns * half;
            for (int i = 0; i < half; i++)
            {
                double a = from[at + i], b = from[at + half + i], c = cos[angles + i], s = direction * sin[angles + i];
                onto[at + i] += a * c - b * s;
                onto[at + half + i] += b * c + a * s;
            }
        }
    }

    /// <summary>
    /// One query head on one row: tokens start .. end - 1. Keeps its probabilities [T, T] for the way back.
    /// </summary>
    private sealed class AttentionHead(
        Matrix q, Matrix k, Matrix v, int headDim, int head, int keyHead, int start, int end, Bf16Rounding? rounding)
    {
        private readonly double[][] _p = new double[end - start][];
        private readonly double _scale = 1 / Math.Sqrt(headDim);

        public void Forward(int[] documents, double[] y)
        {
            for (int i = start; i < end; i++)
            {
                double[] p = _p[i - start] = new double[i - start + 1];
                double largest = double.NegativeInfinity, sum = 0;
                for (int j = start; j <= i; j++)
                {
                    bool allowed = documents[i] == documents[j];
                    p[j - start] = allowed
                        ? _scale * Products.Dot(Query(q.Data, i), Key(k.Data, j))
                        : double.NegativeInfinity;
                    largest = Math.Max(largest, p[j - start]);
                }

                for (int j = 0; j < p.Length; j++)
                    sum += p[j] = Math.Exp(p[j] - largest);
                for (int j = 0; j < p.Length; j++)
                {
                    p[j] = Taken(p[j] / sum);
                    if (p[j] != 0)
                        Products.AddScaled(Query(y, i), Key(v.Data, start + j), p[j]);
                }
            }
        }

        /// <summary>
        /// dv += P^T dy; dP = dy v^T; dS = P (dP - rowsum(P dP)); dq += scale dS k; dk += scale dS^T q.
        /// </summary>
        public void Backward(double[] dy)
        {
            for (int i = start; i < end; i++)
            {
                double[] p = _p[i - start], dp = new double[p.Length];
                double mean = 0;
                for (int j = 0; j < p.Length; j++)
                {
                    if (p[j] == 0)
                        continue;
                    if (v.Gradient is { } dv)
                        Products.AddScaled(Key(dv, start + j), Query(dy, i), p[j]);
                    dp[j] = Products.Dot(Query(dy, i), Key(v.Data, start + j));
                    mean += p[j] * dp[j];
                }

                for (int j = 0; j < p.Length; j++)
                {
                    double ds = Taken(_scale * p[j] * (dp[j] - mean));
                    if (ds == 0)
                        continue;
                    if (q.Gradient is { } dq)
                        Products.AddScaled(Query(dq, i), Key(k.Data, start + j), ds);
                    if (k.Gradient is { } dk)
                        Products.AddScaled(Key(dk, start + j), Query(q.Data, i), ds);
                }
            }
        }

        /// <summary>A probability, or the gradient of a score, as products take it.</summary>
        private double Taken(double x) => rounding is null ? x : rounding.Round(x);

        private Span<double> Query(double[] x, int token) => x.AsSpan(token * q.Columns + head * headDim, headDim);

        private Span<double> Key(double[] x, int token) => x.AsSpan(token * k.Columns + keyHead * headDim, headDim);
    }
}
