namespace MolEngine.Oracle;

/// <summary>Rotary embedding (Su et al. 2021): angles position x frequency, in pairs (i, i + D/2) of a head.</summary>
internal static class Rotary
{
    /// <summary>Inverse frequencies [D / 2], and the factor on cosine and sine.</summary>
    public static (double[] Frequencies, double Factor) Frequencies(OracleConfig config)
    {
        int dim = config.HeadDim;
        double[] plain = [.. Enumerable.Range(0, dim / 2).Select(i => Math.Pow(config.RopeTheta, -2.0 * i / dim))];
        RopeScaling? s = config.RopeScaling;
        return s?.Type switch
        {
            null or "default" => (plain, 1),
            "linear" => (Array.ConvertAll(plain, f => f / s.Factor), 1),
            "llama3" => (Array.ConvertAll(plain, f => Llama3(f, s)), 1),
            "yarn" => Yarn(plain, config, s),
            _ => throw new NotSupportedException(
                $"oracle: rope type: expected default, linear, llama3 or yarn, got {s.Type}"),
        };
    }

    /// <summary>
    /// Llama 3.1: frequencies whose wave is longer than the original context / low_freq_factor are divided by the
    /// factor, short waves stay, and between the two borders the two are mixed linearly in the number of waves in the
    /// original context.
    /// </summary>
    private static double Llama3(double frequency, RopeScaling s)
    {
        double waves = s.OriginalMaxPositionEmbeddings * frequency / (2 * Math.PI);
        if (waves < s.LowFreqFactor)
            return frequency / s.Factor;
        if (waves > s.HighFreqFactor)
            return frequency;
        double smooth = (waves - s.LowFreqFactor) / (s.HighFreqFactor - s.LowFreqFactor);
        return (1 - smooth) * frequency / s.Factor + smooth * frequency;
    }

    /// <summary>
    /// YaRN (Peng et al. 2023, section 3): a ramp over the dimensions between beta_fast and beta_slow rotations.
    /// </summary>
    private static (double[] Frequencies, double Factor) Yarn(double[] plain, OracleConfig config, RopeScaling s)
    {
        int dim = config.HeadDim;
        double Dimension(double rotations) =>
            dim * Math.Log(s.OriginalMaxPositionEmbeddings / (rotations * 2 * Math.PI))
                / (2 * Math.Log(config.RopeTheta));
        double low = Math.Max(Math.Floor(Dimension(s.BetaFast)), 0),
            high = Math.Min(Math.Ceiling(Dimension(s.BetaSlow)), dim - 1);
        double width = high == low ? 0.001 : high - low;
        var frequencies = new double[plain.Length];
        for (int i = 0; i < plain.Length; i++)
        {
            double ramp = Math.Clamp((i - low) / width, 0, 1);
            frequencies[i] = plain[i] / s.Factor * ramp + plain[i] * (1 - ramp);
        }

        return (frequencies, s.AttentionFactor ?? (s.Factor <= 1 ? 1 : 0.1 * Math.Log(s.Factor) + 1));
    }
}
