namespace MolEngine.Engine.Models;

/// <summary>Cosines and sines of rotary embeddings, computed in float64 and stored in fp32.</summary>
public static class RotaryTables
{
    /// <summary>Row p, column i: cos and sin of p times frequency i, times the attention factor.</summary>
    /// <param name="rope">The settings of a config.</param>
    /// <param name="headDim">Even.</param>
    /// <param name="positions">Positions 0 .. positions - 1.</param>
    /// <returns>Two tables [positions, headDim / 2], row-major.</returns>
    public static (float[] Cos, float[] Sin) Compute(RopeParameters rope, int headDim, int positions)
    {
        double[] frequencies = Frequencies(rope, headDim);
        int half = frequencies.Length;
        var cos = new float[checked(positions * half)];
        var sin = new float[cos.Length];
        for (int p = 0; p < positions; p++)
        {
            for (int i = 0; i < half; i++)
            {
                (double s, double c) = Math.SinCos(p * frequencies[i]);
                cos[(p * half) + i] = (float)(c * rope.AttentionFactor);
                sin[(p * half) + i] = (float)(s * rope.AttentionFactor);
            }
        }

        return (cos, sin);
    }

    /// <summary>Radians per position [headDim / 2].</summary>
    public static double[] Frequencies(RopeParameters rope, int headDim)
    {
        if (headDim < 2 || headDim % 2 != 0)
            throw new ArgumentOutOfRangeException(nameof(headDim), headDim, "rotary pairs need an even head_dim");
        var frequencies = new double[headDim / 2];
        for (int i = 0; i < frequencies.Length; i++)
            frequencies[i] = 1 / Math.Pow(rope.Theta, 2.0 * i / headDim);
        switch (rope.Type)
        {
            case RopeType.Linear:
                for (int i = 0; i < frequencies.Length; i++)
                    frequencies[i] /= rope.Factor;
                break;
            case RopeType.Llama3:
                ScaleLlama3(rope, frequencies);
                break;
            case RopeType.Yarn:
                ScaleYarn(rope, frequencies, headDim);
                break;
            default:
                break;
        }

        return frequencies;
    }

    /// <summary>
    /// Long wavelengths are divided by the factor, short ones kept, those between blended (Llama 3.1).
    /// </summary>
    private static void ScaleLlama3(RopeParameters rope, double[] frequencies)
    {
        double original = rope.OriginalMaxPositionEmbeddings;
        for (int i = 0; i < frequencies.Length; i++)
        {
            double f = frequencies[i], wavelength = 2 * Math.PI / f;
            double smooth = ((original / wavelength) - rope.LowFreqFactor) / (rope.HighFreqFactor - rope.LowFreqFactor);
            frequencies[i] = wavelength > original / rope.LowFreqFactor ? f / rope.Factor
                : wavelength < original / rope.HighFreqFactor ? f
                : ((1 - smooth) * f / rope.Factor) + (smooth * f);
        }
    }

    /// <summary>
    /// A linear ramp over dimensions, from those that turn BetaFast times to those that turn BetaSlow times (YaRN,
    /// section 3.2).
    /// </summary>
    private static void ScaleYarn(RopeParameters rope, double[] frequencies, int headDim)
    {
        double Dimension(double turns) =>
            headDim * Math.Log(rope.OriginalMaxPositionEmbeddings / (turns * 2 * Math.PI)) / (2 * Math.Log(rope.Theta));

        double low = Dimension(rope.BetaFast), high = Dimension(rope.BetaSlow);
        if (rope.Truncate)
            (low, high) = (Math.Floor(low), Math.Ceiling(high));
        (low, high) = (Math.Max(low, 0), Math.Min(high, headDim - 1));
        double width = high == low ? 0.001 : high - low;
        for (int i = 0; i < frequencies.Length; i++)
        {
            double ramp = Math.Clamp((i - low) / width, 0, 1);
            frequencies[i] = (frequencies[i] / rope.Factor * ramp) + (frequencies[i] * (1 - ramp));
        }
    }
}
