namespace MolEngine.Oracle;

/// <summary>
/// AdamW (Loshchilov and Hutter 2019) as torch.optim.AdamW orders it, in float64, on tensors by name.
/// </summary>
public sealed class OracleAdamW(double beta1 = 0.9, double beta2 = 0.95, double eps = 1e-8, double weightDecay = 0.1)
{
    private readonly Dictionary<string, (double[] M, double[] V)> _moments = [];
    private int _step;

    /// <summary>
    /// One update, in place. Decay acts on matrices only: not on norms (names that end in "norm.weight") and biases
    /// (".bias").
    /// </summary>
    public void Step(IReadOnlyDictionary<string, double[]> parameters, IReadOnlyDictionary<string, double[]> gradients,
        double learningRate)
    {
        _step++;
        double correction1 = 1 - Math.Pow(beta1, _step), correction2 = 1 - Math.Pow(beta2, _step);
        foreach ((string name, double[] g) in gradients)
        {
            double[] p = parameters[name];
            if (!_moments.TryGetValue(name, out (double[] M, double[] V) moments))
                _moments[name] = moments = (new double[p.Length], new double[p.Length]);
            double decay = IsMatrix(name) ? weightDecay : 0;
            (double[] m, double[] v) = moments;
            for (int i = 0; i < p.Length; i++)
            {
                p[i] -= learningRate * decay * p[i];
                m[i] = beta1 * m[i] + (1 - beta1) * g[i];
                v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i];
                p[i] -= learningRate / correction1 * m[i] / (Math.Sqrt(v[i]) / Math.Sqrt(correction2) + eps);
            }
        }
    }

    /// <summary>Multiplies all gradients by min(1, clip / (norm + 1e-6)), as torch's clip_grad_norm_ does.</summary>
    public static void Clip(IReadOnlyDictionary<string, double[]> gradients, double norm, double clip)
    {
        double factor = Math.Min(1, clip / (norm + 1e-6));
        foreach (double[] g in gradients.Values)
        {
            for (int i = 0; i < g.Length; i++)
                g[i] *= factor;
        }
    }

    private static bool IsMatrix(string name) =>
        !name.EndsWith("norm.weight", StringComparison.Ordinal) && !name.EndsWith(".bias", StringComparison.Ordinal);
}
