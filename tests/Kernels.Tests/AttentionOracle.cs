using MolEngine.Kernels.Ops;

namespace MolEngine.Kernels.Tests;

/// <summary>
/// Causal attention inside documents and its analytic gradient in float64, one query and one head at a time with a
/// dense row of probabilities: no blocks, no running maximum.
/// </summary>
internal sealed class AttentionOracle(HeadShape heads, int[] starts, double[] q, double[] k, double[] v)
{
    private readonly double _scale = 1 / Math.Sqrt(heads.HeadDim);

    public double[] Y { get; private set; } = [];

    public double[] Lse { get; private set; } = [];

    public double[] Dq { get; } = new double[q.Length];

    public double[] Dk { get; } = new double[k.Length];

    public double[] Dv { get; } = new double[v.Length];

    /// <param name="firstQuery">y and lse of the tokens before it stay zero.</param>
    public AttentionOracle Forward(int firstQuery = 0)
    {
        Y = new double[q.Length];
        Lse = new double[starts[^1] * heads.QueryHeads];
        ForEachQuery(firstQuery, (token, head, first) =>
        {
            double[] p = Probabilities(token, head, first, out Lse[token * heads.QueryHeads + head]);
            for (int j = 0; j < p.Length; j++)
            {
                for (int i = 0; i < heads.HeadDim; i++)
                    Y[Query(token, head) + i] += p[j] * v[Key(first + j, head) + i];
            }
        });
        return this;
    }

    /// <summary>
    /// dV_j = sum P_ij dY_i; dS_ij = P_ij (dP_ij - sum_j' P_ij' dP_ij'); dQ = scale dS K; dK = scale dS^T Q.
    /// </summary>
    public AttentionOracle Backward(double[] dy)
    {
        ForEachQuery(0, (token, head, first) =>
        {
            double[] p = Probabilities(token, head, first, out _);
            int row = Query(token, head);
            var dp = new double[p.Length];
            double mean = 0;
            for (int j = 0; j < p.Length; j++)
            {
                dp[j] = Dot(dy, row, v, Key(first + j, head));
                mean += p[j] * dp[j];
            }

            for (int j = 0; j < p.Length; j++)
            {
                int key = Key(first + j, head);
                double ds = _scale * p[j] * (dp[j] - mean);
                for (int i = 0; i < heads.HeadDim; i++)
                {
                    Dq[row + i] += ds * k[key + i];
                    Dk[key + i] += ds * q[row + i];
                    Dv[key + i] += p[j] * dy[row + i];
                }
            }
        });
        return this;
    }

    private void ForEachQuery(int firstQuery, Action<int, int, int> body)
    {
        for (int d = 0; d + 1 < starts.Length; d++)
        {
            for (int token = Math.Max(starts[d], firstQuery); token < starts[d + 1]; token++)
            {
                for (int head = 0; head < heads.QueryHeads; head++)
                    body(token, head, starts[d]);
            }
        }
    }

    private double[] Probabilities(int token, int head, int first, out double lse)
    {
        var p = new double[token - first + 1];
        for (int j = 0; j < p.Length; j++)
            p[j] = _scale * Dot(q, Query(token, head), k, Key(first + j, head));
        double maximum = p.Max();
        double sum = 0;
        foreach (double s in p)
            sum += Math.Exp(s - maximum);
        lse = maximum + Math.Log(sum);
        for (int j = 0; j < p.Length; j++)
            p[j] = Math.Exp(p[j] - lse);
        return p;
    }

    private double Dot(double[] a, int i, double[] b, int j)
    {
        double sum = 0;
        for (int c = 0; c < heads.HeadDim; c++)
            sum += a[i + c] * b[j + c];
        return sum;
    }

    private int Query(int token, int head) => (token * heads.QueryHeads + head) * heads.HeadDim;

    private int Key(int token, int head) => (token * heads.KeyValueHeads + head / heads.Group) * heads.HeadDim;
}
